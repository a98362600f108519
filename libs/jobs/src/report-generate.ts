import { z } from 'zod';
import { defineJob, defineQueue } from '@jobstream/contracts';
import { reportTypes, userIdSchema } from '@jobstream/contracts/rest';

export const reportQueue = defineQueue('report');

/** Draws a report as a PDF, stores it as `reports/{jobId}.pdf`, and has the mail "Your report is ready" sent. */
export const reportGenerate = defineJob({
  type: 'report.generate',
  queue: reportQueue,
  payload: z.strictObject({ userId: userIdSchema, reportType: z.enum(reportTypes) }),
  result: z.strictObject({
    key: z.string().describe('Storage key of the PDF.'),
    bytes: z.int(),
    pages: z.int(),
    sha256: z.string().describe('SHA-256 of the PDF, in hex.'),
  }),
  retries: 3,
  backoff: ['10s', '60s'],
  timeout: '2m',
});

/** Storage key of the PDF that a job drew. */
export function reportKey(jobId: string): string {
  return `reports/${jobId}.pdf`;
}
