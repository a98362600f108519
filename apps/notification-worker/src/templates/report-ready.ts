import type { ReportType } from '@jobstream/contracts/rest';
import { writeMail, type MailContent } from './mail-content.js';

/** The report that the mail links to. */
export interface ReadyReport {
  readonly reportId: string;
  readonly reportType: ReportType;
}

/** To whom a report was made for. */
export function reportReady({ reportId, reportType }: ReadyReport, publicUrl: string): MailContent {
  return writeMail('Your report is ready', [
    'Hello,',
    `your report "${reportType}" is ready.`,
    { words: 'Open the report (PDF)', link: `${publicUrl.replace(/\/+$/, '')}/reports/${reportId}` },
  ]);
}
