import { z } from 'zod';
import { rotateSecretSchema } from '../../rest/jobs/endpoint-type.js';
import {
  createdWebhookSchema,
  deliveryPageSchema,
  deliveryQuerySchema,
  maxWebhooks,
  notifyName,
  pingedWebhookSchema,
  webhookListSchema,
  webhookPatchSchema,
  webhookRequestSchema,
  webhookViewSchema,
} from '../../rest/operations/webhook.js';
import type { RouteContract } from '../route-contract.js';

const path = {
  id: z
    .string()
    .describe(`The id of the webhook, or \`${notifyName}\`: the sender that tells the URLs of submissions.`),
};

export const webhookRoutes: readonly RouteContract[] = [
  {
    route: 'POST /v1/webhooks',
    operationId: 'createWebhook',
    tag: 'Webhooks',
    scope: 'operate',
    summary: 'Have a URL hear of the ends of jobs',
    description:
      'Each end that the log takes from now on, and that meets every condition given, is sent once by a signed POST in the way ' +
      `of Standard Webhooks. There are at most ${maxWebhooks} webhooks. The secret is shown in this answer and nowhere else.`,
    body: {
      schema: webhookRequestSchema,
      examples: {
        all: { summary: 'Every end', value: { url: 'https://receiver.example/hooks' } },
        some: {
          summary: 'Reports that failed, and their progress',
          value: {
            url: 'https://receiver.example/hooks',
            types: ['report.generate'],
            states: ['dead_lettered'],
            progress: true,
          },
        },
      },
    },
    answers: {
      201: {
        description: 'The webhook, with its secret.',
        schema: createdWebhookSchema,
        headers: { Location: 'Path of the webhook.' },
      },
    },
    problems: ['invalid_request', 'too_many_webhooks', 'broker_unavailable', 'database_unavailable'],
  },
  {
    route: 'GET /v1/webhooks',
    operationId: 'listWebhooks',
    tag: 'Webhooks',
    scope: 'read',
    summary: 'List all webhooks, the newest first',
    answers: { 200: { description: 'The webhooks, without their secrets.', schema: webhookListSchema } },
    problems: ['database_unavailable'],
  },
  {
    route: 'GET /v1/webhooks/{id}',
    operationId: 'readWebhook',
    tag: 'Webhooks',
    scope: 'read',
    summary: 'Read a webhook',
    path,
    answers: { 200: { description: 'The webhook, without its secret.', schema: webhookViewSchema } },
    problems: ['webhook_not_found', 'database_unavailable'],
  },
  {
    route: 'PATCH /v1/webhooks/{id}',
    operationId: 'changeWebhook',
    tag: 'Webhooks',
    scope: 'operate',
    summary: 'Change the URL or the conditions of a webhook',
    path,
    body: {
      schema: webhookPatchSchema,
      examples: { all: { summary: 'All types again', value: { types: null } } },
    },
    answers: { 200: { description: 'The webhook as it is now.', schema: webhookViewSchema } },
    problems: ['webhook_not_found', 'webhook_built_in', 'invalid_request', 'database_unavailable'],
  },
  {
    route: 'DELETE /v1/webhooks/{id}',
    operationId: 'deleteWebhook',
    tag: 'Webhooks',
    scope: 'operate',
    summary: 'Delete a webhook; deliveries that wait are not sent',
    path,
    answers: { 204: { description: 'Deleted.' } },
    problems: ['webhook_not_found', 'webhook_built_in', 'database_unavailable'],
  },
  {
    route: 'POST /v1/webhooks/{id}/pause',
    operationId: 'pauseWebhook',
    tag: 'Webhooks',
    scope: 'operate',
    summary: 'Send nothing to the receiver; its deliveries wait, for a day at most',
    path,
    answers: { 200: { description: 'The webhook as it is now.', schema: webhookViewSchema } },
    problems: ['webhook_not_found', 'database_unavailable'],
  },
  {
    route: 'POST /v1/webhooks/{id}/resume',
    operationId: 'resumeWebhook',
    tag: 'Webhooks',
    scope: 'operate',
    summary: 'Send to the receiver again, whether it was paused or switched off',
    path,
    answers: { 200: { description: 'The webhook as it is now.', schema: webhookViewSchema } },
    problems: ['webhook_not_found', 'broker_unavailable', 'database_unavailable'],
  },
  {
    route: 'POST /v1/webhooks/{id}/ping',
    operationId: 'pingWebhook',
    tag: 'Webhooks',
    scope: 'operate',
    summary: 'Send a test event once, and say what became of it',
    path,
    answers: { 200: { description: 'What became of the event.', schema: pingedWebhookSchema } },
    problems: [
      'webhook_not_found',
      'webhook_built_in',
      'delivery_pending',
      'unknown_type',
      'broker_refused',
      'broker_unavailable',
      'submit_unknown',
      'too_many_open',
      'database_unavailable',
    ],
  },
  {
    route: 'POST /v1/webhooks/{id}/secret',
    operationId: 'rotateWebhookSecret',
    tag: 'Webhooks',
    scope: 'operate',
    summary: 'Replace the secret; both are valid for a while',
    path,
    body: { schema: rotateSecretSchema, required: false },
    answers: { 200: { description: 'The webhook, with its new secret.', schema: createdWebhookSchema } },
    problems: ['webhook_not_found', 'invalid_request', 'database_unavailable'],
  },
  {
    route: 'GET /v1/webhooks/{id}/deliveries',
    operationId: 'listDeliveries',
    tag: 'Webhooks',
    scope: 'read',
    summary: 'List what was and is to be sent to the receiver',
    path,
    query: deliveryQuerySchema,
    answers: { 200: { description: 'A page of deliveries.', schema: deliveryPageSchema } },
    problems: ['webhook_not_found', 'invalid_request', 'projection_behind', 'database_unavailable'],
  },
];
