import { Body, Controller, Param, Query, Req, Res } from '@nestjs/common';
import { isFinal, maxBatchBytes, maxErrorStackLength, termsOf, type JobId } from '@jobstream/contracts';
import {
  jobListQuerySchema,
  jobLogsQuerySchema,
  jobQuerySchema,
  jobRunsQuerySchema,
  type AcceptedJob,
  type BatchAnswer,
  type CancelledJob,
  type ErrorDetail,
  type JobDetail,
  type JobExplanation,
  type JobHistory,
  type JobLogPage,
  type JobPage,
  type JobRunPage,
  type JobView,
} from '@jobstream/contracts/rest';
import type { JobError } from '@jobstream/contracts/records';
import { isUnavailable } from '@jobstream/database';
import { BrokerClock } from '@jobstream/kafka';
import { errorGroupOf, JobQueries } from '@jobstream/projection';
import { SharedCalls } from '@jobstream/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type FoundJob,
  JobLists,
  JobLogs,
  JobReader,
  JobExplanations,
  JobFactReader,
  JobRuns,
  JobStreams,
  JobWaits,
  readJobId,
  waitingFor,
} from '@jobstream/status';
import { Route } from '../http/route.js';
import { sendUnlessKnown, tagJson, type TaggedJson } from '../http/entity-tag.js';
import { readQuery } from '../http/query.js';
import { writeEvents } from '../live/event-stream.js';
import { readLastEventId } from '../live/last-event-id.js';
import { OpenRequests } from '../live/open-requests.js';
import { noBody, readBody } from '../http/body.js';
import { readFilter, refuseChangeable } from './filter-query.js';
import { JobCancels } from './job-cancels.js';
import { Submissions } from './submissions.js';

@Controller()
export class JobsController {
  /** Pages by what was asked for: consoles and dashboards ask for the same ones again and again. */
  private readonly pages = new SharedCalls((query) => this.readPage(JSON.parse(query)));

  constructor(
    private readonly submissions: Submissions,
    private readonly reader: JobReader,
    private readonly lists: JobLists,
    private readonly waits: JobWaits,
    private readonly streams: JobStreams,
    private readonly openRequests: OpenRequests,
    private readonly facts: JobFactReader,
    private readonly explanations: JobExplanations,
    private readonly logs: JobLogs,
    private readonly runs: JobRuns,
    private readonly cancels: JobCancels,
    private readonly queries: JobQueries,
    private readonly clock: BrokerClock,
  ) {}

  @Route('POST /v1/jobs')
  async submit(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedJob> {
    const job = await this.submissions.submit('POST /v1/jobs', request.body, request);
    reply.header('location', job.links.self);
    return job;
  }

  @Route('POST /v1/jobs/batch', { bodyLimit: maxBatchBytes, itemwise: true })
  submitBatch(@Req() request: FastifyRequest): Promise<BatchAnswer> {
    return this.submissions.submitBatch('POST /v1/jobs/batch', request.body, request);
  }

  @Route('GET /v1/jobs')
  async list(
    @Query() query: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendUnlessKnown(await this.pages.call(JSON.stringify(query)), request, reply);
  }

  @Route('GET /v1/jobs/{id}')
  async read(@Param('id') id: string, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { wait, at } = readQuery(jobQuerySchema, query);
    await reply.send(
      at === undefined ? await this.readDetail(id, wait, reply) : await this.reader.readAt(id, at),
    );
  }

  @Route('POST /v1/jobs/{id}/cancel')
  cancel(@Param('id') id: string, @Body() body: unknown): Promise<CancelledJob> {
    readBody(noBody, body);
    return this.cancels.cancel(id);
  }

  @Route('GET /v1/jobs/{id}/stream')
  async stream(
    @Param('id') text: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const seen = readLastEventId(request.headers['last-event-id']);
    const job = await this.reader.peek(readJobId(text));
    if (await this.streams.isOver(job, seen)) {
      // A browser takes that for the end and does not connect again.
      await reply.code(204).send();
      return;
    }
    const signal = this.openRequests.signalOf(reply);
    reply.hijack();
    await writeEvents(reply.raw, this.streams.follow(job, seen, signal), signal);
  }

  @Route('GET /v1/jobs/{id}/history')
  history(@Param('id') id: string): Promise<JobHistory> {
    return this.reader.readHistory(id);
  }

  @Route('GET /v1/jobs/{id}/runs')
  listRuns(@Param('id') id: string, @Query() query: unknown): Promise<JobRunPage> {
    return this.runs.page(id, readQuery(jobRunsQuerySchema, query));
  }

  @Route('GET /v1/jobs/{id}/explain')
  explain(@Param('id') id: string): Promise<JobExplanation> {
    return this.explanations.explain(id);
  }

  @Route('GET /v1/jobs/{id}/logs')
  readLogs(@Param('id') id: string, @Query() query: unknown): Promise<JobLogPage> {
    return this.logs.page(id, readQuery(jobLogsQuerySchema, query));
  }

  private async readPage(query: unknown): Promise<TaggedJson> {
    const { q, at, payload, cursor, limit, ...conditions } = readQuery(jobListQuerySchema, query);
    const filter = q === undefined ? [] : readFilter(q, this.clock);
    if (at !== undefined) refuseChangeable(filter);
    const wish = { terms: [...termsOf(conditions), ...filter], payload, cursor, limit };
    const page: JobPage = await (at === undefined ? this.lists.page(wish) : this.lists.pageAt(wish, at));
    return tagJson(page);
  }

  private async readDetail(id: string, waitMs: number | undefined, reply: FastifyReply): Promise<JobDetail> {
    if (waitMs === undefined) return this.describe(await this.reader.find(id));
    const signal = this.openRequests.signalOf(reply);
    const waited = await this.waits.wait(id, waitMs, signal);
    const isAnswer = isFinal(waited.view.state) || signal.aborted;
    return this.describe(isAnswer ? waited : await this.reader.find(id));
  }

  private async describe(job: FoundJob): Promise<JobDetail> {
    const { view } = job;
    const cancelRequested = this.cancels.isRequested(view.id, view.run);
    const [children, error, facts] = await Promise.all([
      this.childrenOf(job),
      this.errorOf(job),
      this.facts.glance(job),
    ]);
    return { ...view, error, children, waitingFor: waitingFor(facts), cancelRequested };
  }

  /** Stack and group are in the row alone, which may be behind what the job is known to be, or away. */
  private async errorOf({ view, error }: FoundJob): Promise<ErrorDetail | null> {
    if (view.error === null) return null;
    const whole = error ?? (await this.errorInRow(view));
    if (whole === undefined) return { ...view.error, stack: null, group: null };
    const stack = whole.stack?.slice(0, maxErrorStackLength) ?? null;
    return { ...view.error, stack, group: errorGroupOf(view.type, whole) };
  }

  /** The error that the row has, if the row tells of the same step. */
  private async errorInRow({ id, run, attempt, state }: JobView): Promise<JobError | undefined> {
    const row = await this.queries.find(id).catch(nullWhileAway);
    const isSame = row?.run === run && row.attempt === attempt && row.state === state;
    return isSame ? (row.error ?? undefined) : undefined;
  }

  /** Only a job that has succeeded has children. Postgres may be away where the job itself is known. */
  private async childrenOf({ view: { id, state }, children }: FoundJob): Promise<JobId[] | null> {
    if (state !== 'succeeded') return [];
    return children ?? this.queries.children(id).catch(nullWhileAway);
  }
}

function nullWhileAway(error: unknown): null {
  if (isUnavailable(error)) return null;
  throw error;
}
