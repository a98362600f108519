import type { HandlerOf, JobContext, PayloadOf, ResultOf } from '@jobstream/contracts';
import { notificationEmail, reportGenerate, reportKey } from '@jobstream/jobs';
import { JobHandler } from '@jobstream/execution';
import { ReportQueries } from '@jobstream/projection';
import { ObjectStorage } from '@jobstream/storage';
import { composeReport } from './content/compose-report.js';
import type { DrawnReport } from './drawing/draw-report.js';
import { Recipients } from './recipients.js';

type Report = typeof reportGenerate;

/** Compiled, found alike from `src` (under jest) and from `dist`. */
const drawScript = new URL('../dist/drawing/draw.thread.js', import.meta.url);

/**
 * Reads the figures, draws the report in a thread, stores it under the job's id: a second attempt replaces the first. The
 * mail that it is ready follows from its success.
 */
@JobHandler(reportGenerate)
export class ReportHandler implements HandlerOf<Report> {
  constructor(
    private readonly queries: ReportQueries,
    private readonly storage: ObjectStorage,
    private readonly recipients: Recipients,
  ) {}

  async handle(
    payload: PayloadOf<Report>,
    context: Pick<JobContext, 'id' | 'createdAt' | 'runInThread' | 'enqueue'>,
  ): Promise<ResultOf<Report>> {
    const content = await composeReport(this.queries, payload, new Date(context.createdAt));
    const { bytes: pdf, pages } = await context.runInThread<DrawnReport>({
      script: drawScript,
      input: content,
    });
    const { key, bytes, sha256 } = await this.storage.put(reportKey(context.id), pdf, {
      contentType: 'application/pdf',
    });
    context.enqueue(notificationEmail, {
      to: this.recipients.addressOf(payload.userId),
      template: 'report-ready',
      data: { reportId: context.id, reportType: payload.reportType },
    });
    return { key, bytes, pages, sha256 };
  }
}
