/** Receives one short line about what is happening now; a later line replaces an earlier one. */
export type Progress = (line: string) => void;
