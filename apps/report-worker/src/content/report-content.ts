import type { DayCount } from '@jobstream/projection';

/** A column of a table. */
export interface ReportColumn {
  readonly heading: string;
  /** How wide, compared with the other columns. */
  readonly share: number;
  /** Numbers stand at the right. Default left. */
  readonly align?: 'right';
}

/** A table of a report; each row has a cell for each column. */
export interface ReportTable {
  readonly heading: string;
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly (readonly string[])[];
  /** Stands there instead of no rows. */
  readonly empty: string;
}

/** All that a report shows, as words and numbers: the same content makes the same bytes. */
export interface ReportContent {
  readonly title: string;
  /** The owner of the jobs in the report. */
  readonly about: string;
  /** The end of the time it tells of. */
  readonly until: Date;
  /** In words. */
  readonly period: string;
  readonly figures: readonly { readonly label: string; readonly value: string }[];
  readonly days: readonly DayCount[];
  readonly tables: readonly ReportTable[];
}
