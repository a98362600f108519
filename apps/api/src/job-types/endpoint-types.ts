import { defineJob, defineQueue, isTypeName, type JobType } from '@jobstream/contracts';
import { publishJobType } from '@jobstream/contracts/records';
import {
  endpointTypeSchema,
  rotateSecretSchema,
  type EndpointJobType,
  type Fault,
  type NewSecret,
  type PutJobType,
} from '@jobstream/contracts/rest';
import { faultOfUrl, type AllowedHosts } from '@jobstream/downloads';
import type { EndpointSecrets } from '@jobstream/endpoints';
import { decideEndpoint, faultsOfSchema, faultsOfSearch, type JobTypeBook } from '@jobstream/job-types';
import { findJobDefinition, queues as shippedQueues } from '@jobstream/jobs';
import type { BrokerClock } from '@jobstream/kafka';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { readBody } from '../http/body.js';
import { ProblemError } from '../http/problem-error.js';
import { endpointOwnerOf } from './endpoint-owner.js';
import type { PublishedJobTypes } from './published-job-types.js';

/** Who puts a job type; its key's owner has it from then on. */
export type Putter = Pick<FastifyRequest, 'caller' | 'body'>;

export interface EndpointTypesOptions {
  readonly jobTypes: PublishedJobTypes;
  readonly book: JobTypeBook;
  readonly secrets: EndpointSecrets;
  /** Hosts that may be called although they are not public. */
  readonly allowed: AllowedHosts;
  readonly brokerClock: BrokerClock;
}

/** The job types that HTTP endpoints serve, as their owners put them. */
export class EndpointTypes {
  constructor(private readonly options: EndpointTypesOptions) {}

  /**
   * Creates or replaces a type. It can be submitted here once this resolves.
   * @throws ProblemError `invalid_job_type`, `invalid_request`, `job_type_taken`, `broker_unavailable`, `broker_refused`
   */
  async put(type: string, { caller, body }: Putter): Promise<PutJobType> {
    const jobType = this.read(type, body);
    const { jobTypes, book, brokerClock } = this.options;
    await jobTypes.awaitTypes();
    const standing = book.find(type);
    const neighbours = book
      .all()
      .map(({ record }) => record)
      .filter((record) => record.type !== type && record.queue.name === jobType.queue.name);
    const publishedAt = new Date(brokerClock.now()).toISOString();
    const decision = decideEndpoint(publishJobType(jobType, endpointOwnerOf(caller), publishedAt), {
      standing: standing?.record,
      neighbours,
      isServed: standing !== undefined && !standing.record.endpoint && (await jobTypes.isServed(standing)),
    });
    if (decision.kind === 'taken') throw new ProblemError('job_type_taken', decision.why);
    const secret = standing?.record.endpoint ? null : await this.options.secrets.begin(type);
    if (decision.kind === 'publish') await jobTypes.publish(type, decision.record);
    return { ...(await jobTypes.find(type)), secret };
  }

  /**
   * Makes a new secret.
   * @throws ProblemError `job_type_not_found`, `job_type_without_endpoint`, `job_type_taken`, `broker_unavailable`
   */
  async rotateSecret(type: string, { caller, body }: Putter): Promise<NewSecret> {
    const { validFor } = readBody(rotateSecretSchema.prefault({}), body);
    const { endpoint, owner } = (await this.options.jobTypes.get(type)).record;
    if (!endpoint) throw new ProblemError('job_type_without_endpoint', `Workers serve "${type}".`);
    if (owner !== endpointOwnerOf(caller))
      throw new ProblemError('job_type_taken', `"${type}" belongs to ${owner}, who alone sees its secret.`);
    const { secret, beforeValidUntil } = await this.options.secrets.rotate(type, validFor);
    return { type, secret, beforeValidUntil: beforeValidUntil.toISOString() };
  }

  private read(type: string, body: unknown): JobType {
    if (!isTypeName(type))
      throw new ProblemError('invalid_job_type', 'Use lower case words joined by dots, e.g. invoice.send.');
    const wish = readBody(endpointTypeSchema, body);
    const faults = [
      ...faultsOfUrl(wish.endpoint.url, this.options.allowed),
      ...faultsOfSchema(wish.payload, '/payload'),
      ...faultsOfSchema(wish.result, '/result'),
    ];
    if (faults.length === 0) faults.push(...faultsOfSearch(wish.payload, wish.search));
    if (faults.length > 0)
      throw new ProblemError('invalid_request', 'The body has faults.', { errors: faults });
    if (findJobDefinition(type) || shippedQueues.has(wish.queue.name))
      throw new ProblemError('job_type_taken', 'The type or the queue is part of the platform.');
    return jobTypeOf(type, wish);
  }
}

function jobTypeOf(type: string, wish: EndpointJobType): JobType {
  const { queue, endpoint, payload, result, backoff, retries, ...more } = wish;
  const {
    payload: _,
    result: __,
    handle: ___,
    ...rules
  } = defineJob({
    type,
    queue: defineQueue(queue.name, queue),
    payload: z.unknown(),
    result: z.unknown(),
    retries,
    backoff: backoff.map((ms) => `${ms}ms` as const),
    timeout: `${endpoint.timeout}ms`,
    ...more,
  });
  return { ...rules, payload, result, endpoint: { url: endpoint.url, maxInFlight: endpoint.maxInFlight } };
}

function faultsOfUrl(url: string, allowed: AllowedHosts): Fault[] {
  const detail = faultOfUrl(url, allowed);
  return detail === undefined ? [] : [{ pointer: '/endpoint/url', detail }];
}
