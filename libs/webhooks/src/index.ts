// Webhooks: the end of a job becomes a delivery, itself a job, for each receiver that hears of it.
export { Circuits } from './circuits.js';
export { WebhookBook } from './webhook-book.js';
export { WebhookError } from './webhook-error.js';
export { tellsOfEnds, WebhookFollower, type WebhookFollowerOptions } from './webhook-follower.js';
export { WebhookSender, type DeliveryAttempt, type SentDelivery } from './webhook-sender.js';
export { WebhookStore } from './webhook-store.js';
export { Webhooks, type WebhooksOptions } from './webhooks.js';
