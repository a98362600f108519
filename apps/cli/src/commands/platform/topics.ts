import type { RecordOptions, TopicListOptions } from '@jobstream/client';
import type { RecordView, TopicView } from '@jobstream/contracts/rest';
import type { Command } from 'commander';
import { exitCodes } from '../../exit-codes.js';
import { readCount, readDate } from '../../options.js';
import type { RunCommand } from '../../program.js';
import type { Columns } from '../../table.js';
import { paged, type PagedOptions } from '../paged.js';

const topicColumns: Columns<TopicView> = {
  TOPIC: ({ name }) => name,
  KIND: ({ kind }) => kind,
  PARTITIONS: ({ partitions }) => partitions.length,
  REPLICAS: ({ partitions }) => Math.min(...partitions.map(({ inSync }) => inSync)),
  CLEANUP: ({ cleanup }) => cleanup,
  'RETENTION MS': ({ retentionMs }) => retentionMs,
  RECORDS: ({ records }) => records,
};

const recordColumns: Columns<RecordView> = {
  OFFSET: ({ offset }) => offset,
  TIME: ({ time }) => time,
  JOB: ({ job, key }) => job?.id ?? key?.text ?? null,
  PHASE: ({ job }) => (job === null ? null : `run ${job.run} attempt ${job.attempt} ${job.phase}`),
  BYTES: ({ valueBytes }) => valueBytes,
  VALUE: ({ fault, value }) => fault ?? value?.text ?? 'tombstone',
};

/** `jobstream topics ...`: shows the platform's topics and their records. */
export function addTopicsCommands(program: Command, run: RunCommand): void {
  const topics = program.command('topics').description("Shows the platform's topics and their records.");
  paged(
    topics
      .command('list')
      .description('Lists the topics, by name.')
      .option('--queue <queue>', 'of this queue'),
  ).action((options: TopicListOptions & PagedOptions) =>
    run(async (client, terminal) => {
      terminal.answerList(await client.topics.list(options), topicColumns, 'No such topic.');
      return exitCodes.ok;
    }),
  );
  topics
    .command('records <topic>')
    .description('Shows records of one partition: the newest, or from an offset or a time on.')
    .option('--partition <n>', 'of this partition', readCount, 0)
    .option('--offset <n>', 'from this offset on', readCount)
    .option('--at <time>', 'from this time on', readDate)
    .option('--limit <n>', 'records at most', readCount, 50)
    .action((topic: string, options: RecordOptions) =>
      run(async (client, terminal) => {
        const page = await client.topics.readRecords(topic, options);
        if (terminal.json) terminal.answer(page, '');
        else terminal.answerList({ items: page.items }, recordColumns, 'No record here.');
        if (page.unreadable !== null) terminal.tell(page.unreadable);
        if (page.next !== null) terminal.tell(`more: --offset ${page.next}`);
        return exitCodes.ok;
      }),
    );
}
