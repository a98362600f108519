/** What becomes of errors that nobody has caught: by default, each ends the process. */
export class ProcessErrors {
  /** Told of each promise that was rejected and that nobody awaits. Returns whether the process lives on. Must not throw. */
  judgeRejection: (error: unknown) => boolean = () => false;
  /** Fields of the line that tells of the end of the process: what it was doing. Must not throw. */
  describeWork: () => object = () => ({});
}
