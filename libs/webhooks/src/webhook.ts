import type { FinalState, JobId } from '@jobstream/contracts';
import { notifyName, type WebhookView } from '@jobstream/contracts/rest';

/** The id of the row that signs what goes to the URLs of submissions; REST calls it `notify`. */
export const notifyId = '00000000-0000-7000-8000-000000000000';

/** A webhook as its row has it, without its secrets. */
export interface Webhook {
  readonly id: JobId;
  /** Null for {@link notifyId}. */
  readonly url: string | null;
  readonly types: readonly string[] | null;
  readonly states: readonly FinalState[] | null;
  readonly submittedFor: string | null;
  readonly progress: boolean;
  readonly createdAt: Date;
  readonly pausedAt: Date | null;
  readonly failingSince: Date | null;
  readonly switchedOffAt: Date | null;
  readonly previousUntil: Date | null;
}

/** A webhook as its deliveries need it. */
export interface SignedWebhook extends Webhook {
  /** The secrets that are valid now, the newest first. */
  readonly secrets: readonly string[];
}

/** The name of a webhook in payloads, paths and views: its id, or `notify`. */
export function nameOf(id: JobId): string {
  return id === notifyId ? notifyName : id;
}

/** The id of a webhook by its name. */
export function idOf(name: string): string {
  return name === notifyName ? notifyId : name.toLowerCase();
}

/** For whom the jobs of deliveries are: by it the deliveries of a webhook are found. */
export function deliveredFor(name: string): string {
  return `webhook:${name}`;
}

/** A webhook as REST shows it. */
export function viewOf(webhook: Webhook): WebhookView {
  const { id, url, types, states, submittedFor, progress } = webhook;
  return {
    id: nameOf(id),
    url,
    types: types && [...types],
    states: states && [...states],
    submittedFor,
    progress,
    createdAt: webhook.createdAt.toISOString(),
    pausedAt: webhook.pausedAt?.toISOString() ?? null,
    failingSince: webhook.failingSince?.toISOString() ?? null,
    switchedOffAt: webhook.switchedOffAt?.toISOString() ?? null,
    previousSecretUntil: webhook.previousUntil?.toISOString() ?? null,
  };
}
