import { Body, Controller, Param, Query, Req, Res } from '@nestjs/common';
import { isFinal, termsOf, type PayloadOf, type ResultOf } from '@jobstream/contracts';
import {
  deliveryQuerySchema,
  rotateSecretSchema,
  webhookPatchSchema,
  webhookRequestSchema,
  type CreatedWebhook,
  type DeliveryPage,
  type DeliveryView,
  type JobView,
  type ListedJob,
  type PingedWebhook,
  type WebhookList,
  type WebhookView,
} from '@jobstream/contracts/rest';
import { webhookDeliver, webhooksQueue } from '@jobstream/jobs';
import { JobLists, JobWaits } from '@jobstream/status';
import { Webhooks } from '@jobstream/webhooks';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { noBody, readBody } from '../http/body.js';
import { ProblemError } from '../http/problem-error.js';
import { readQuery } from '../http/query.js';
import { Route } from '../http/route.js';
import { OpenRequests } from '../live/open-requests.js';
import { ReceiverUrls } from './receiver-urls.js';

/** How long a ping is waited for: longer than one call may take. */
const pingWaitMs = 25_000;

@Controller()
export class WebhooksController {
  constructor(
    private readonly webhooks: Webhooks,
    private readonly receiverUrls: ReceiverUrls,
    private readonly lists: JobLists,
    private readonly waits: JobWaits,
    private readonly openRequests: OpenRequests,
  ) {}

  @Route('POST /v1/webhooks')
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedWebhook> {
    const wish = readBody(webhookRequestSchema, request.body);
    this.checkUrl(wish.url, request);
    const webhook = await this.webhooks.create(wish);
    reply.header('location', `/v1/webhooks/${webhook.id}`);
    return webhook;
  }

  @Route('GET /v1/webhooks')
  list(): Promise<WebhookList> {
    return this.webhooks.list();
  }

  @Route('GET /v1/webhooks/{id}')
  read(@Param('id') id: string): Promise<WebhookView> {
    return this.webhooks.read(id);
  }

  @Route('PATCH /v1/webhooks/{id}')
  async patch(@Param('id') id: string, @Req() request: FastifyRequest): Promise<WebhookView> {
    const patch = readBody(webhookPatchSchema, request.body);
    if (patch.url !== undefined) this.checkUrl(patch.url, request);
    return this.webhooks.patch(id, patch);
  }

  @Route('DELETE /v1/webhooks/{id}')
  delete(@Param('id') id: string): Promise<void> {
    return this.webhooks.delete(id);
  }

  @Route('POST /v1/webhooks/{id}/pause')
  pause(@Param('id') id: string, @Body() body: unknown): Promise<WebhookView> {
    readBody(noBody, body);
    return this.webhooks.pause(id);
  }

  @Route('POST /v1/webhooks/{id}/resume')
  resume(@Param('id') id: string, @Body() body: unknown): Promise<WebhookView> {
    readBody(noBody, body);
    return this.webhooks.resume(id);
  }

  @Route('POST /v1/webhooks/{id}/ping')
  async ping(@Param('id') id: string, @Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    readBody(noBody, body);
    const signal = this.openRequests.signalOf(reply);
    const delivery = await this.webhooks.ping(id);
    const { view } = await this.waits.wait(delivery, pingWaitMs, signal);
    await reply.send(pingedOf(view));
  }

  @Route('POST /v1/webhooks/{id}/secret')
  rotate(@Param('id') id: string, @Body() body: unknown): Promise<CreatedWebhook> {
    const { validFor } = readBody(rotateSecretSchema, body === undefined ? {} : body);
    return this.webhooks.rotate(id, validFor);
  }

  @Route('GET /v1/webhooks/{id}/deliveries')
  async deliveries(@Param('id') id: string, @Query() query: unknown): Promise<DeliveryPage> {
    const { state, cursor, limit } = readQuery(deliveryQuerySchema, query);
    const submittedFor = await this.webhooks.deliveredFor(id);
    const terms = termsOf({ queue: webhooksQueue.name, submittedFor, state });
    const page = await this.lists.page({ terms, cursor, limit, payload: true });
    return { items: page.items.map(deliveryOf), next: page.next };
  }

  private checkUrl(url: string, request: FastifyRequest): void {
    const detail = this.receiverUrls.faultOf(url, request);
    if (detail === undefined) return;
    throw new ProblemError('invalid_request', 'Events may not be sent there.', {
      errors: [{ pointer: '/url', detail }],
    });
  }
}

/** @throws ProblemError `delivery_pending` while the job has not ended */
function pingedOf({ id, state, result, error }: JobView): PingedWebhook {
  if (!isFinal(state)) {
    const detail = `Nobody has sent the event yet. See that a worker of the queue ${webhooksQueue.name} runs; GET /v1/jobs/${id} shows it.`;
    throw new ProblemError('delivery_pending', detail);
  }
  if (state !== 'succeeded')
    return { delivered: false, status: null, why: error?.message ?? `It ended as ${state}.`, deliveryId: id };
  return { ...(result as ResultOf<typeof webhookDeliver>), deliveryId: id };
}

/** A job of the queue of deliveries as a delivery. */
function deliveryOf({ id, payload, result, ...job }: ListedJob): DeliveryView {
  const event = (payload as PayloadOf<typeof webhookDeliver> | null | undefined)?.event;
  return {
    id,
    event: event?.type ?? null,
    job: event && 'id' in event.data ? event.data.id : null,
    state: job.state,
    attempt: job.attempt,
    status: (result as ResultOf<typeof webhookDeliver> | null | undefined)?.status ?? null,
    error: job.error,
    nextAttemptAt: job.nextAttemptAt,
    finishedAt: job.finishedAt,
  };
}
