import { Injectable } from '@nestjs/common';
import { isFinal, type JobId } from '@jobstream/contracts';
import { reportGenerate, reportKey } from '@jobstream/jobs';
import { ObjectStorage, type OpenObject } from '@jobstream/storage';
import { JobReader } from '@jobstream/status';
import { ProblemError } from '../http/problem-error.js';

/** A report's file, opened. */
export interface OpenReport extends OpenObject {
  readonly jobId: JobId;
}

/** The reports that jobs have made. */
@Injectable()
export class Reports {
  constructor(
    private readonly reader: JobReader,
    private readonly storage: ObjectStorage,
  ) {}

  /**
   * Opens the report of a job.
   * @throws ProblemError `report_not_ready` with the state, `report_failed` with the error, `report_not_found`, and what
   * reading a job throws
   */
  async open(text: string): Promise<OpenReport> {
    const { id, type, state, error } = await this.reader.read(text);
    if (type !== reportGenerate.type)
      throw new ProblemError('report_not_found', `Job ${id} makes no report.`);
    if (!isFinal(state)) {
      const detail = `The report's job is ${state}. Ask again, or follow /tasks/${id}.`;
      throw new ProblemError('report_not_ready', detail, { state });
    }
    if (state !== 'succeeded') {
      const detail = error ? `${error.code}: ${error.message}` : `The report's job is ${state}.`;
      throw new ProblemError('report_failed', detail, { state, ...(error && { error }) });
    }
    const report = await this.storage.get(reportKey(id));
    if (report) return { jobId: id, ...report };
    throw new ProblemError(
      'report_not_found',
      'The report is no longer kept. Ask for a new one: POST /reports',
    );
  }
}
