/** The name of a measure, taken apart. */
export interface MeasureName {
  /** What it is and its unit, e.g. `CPU µs a job`. */
  readonly what: string;
  /** Undefined where it is of all together. */
  readonly process: string | undefined;
}

/** Takes apart what {@link Sample} calls its measures: `CPU µs a job of api`. */
export function readMeasureName(measure: string): MeasureName {
  const at = measure.lastIndexOf(' of ');
  return at < 0
    ? { what: measure, process: undefined }
    : { what: measure.slice(0, at), process: measure.slice(at + ' of '.length) };
}
