import type { FinalState, JobId } from '@jobstream/contracts';
import { maxWebhooks, type WebhookPatch, type WebhookRequest } from '@jobstream/contracts/rest';
import type { Database, Session } from '@jobstream/database';
import type { ListeningWebhook } from './listening.js';
import { notifyId, type SignedWebhook, type Webhook } from './webhook.js';

interface WebhookRow {
  readonly id: string;
  readonly url: string | null;
  readonly types: string[] | null;
  readonly states: FinalState[] | null;
  readonly submitted_for: string | null;
  readonly progress: boolean;
  readonly created_at: Date;
  readonly paused_at: Date | null;
  readonly failing_since: Date | null;
  readonly switched_off_at: Date | null;
  readonly previous_until: Date | null;
}

interface SignedRow extends WebhookRow {
  readonly secrets: string[];
}

const columns = `id, url, types, states, submitted_for, progress, created_at, paused_at, failing_since, switched_off_at,
  CASE WHEN previous_until > now() THEN previous_until END AS previous_until`;
const validSecrets = `CASE WHEN previous_until > now() THEN ARRAY[secret, previous_secret] ELSE ARRAY[secret] END AS secrets`;

/** Something that became of a webhook, by the brokers' time. */
export interface WebhookNote {
  readonly id: JobId;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The rows of `operations.webhooks`. */
export class WebhookStore {
  private readonly table: string;
  private readonly changes: string;

  constructor(private readonly database: Database) {
    this.table = `${database.operations}.webhooks`;
    this.changes = `${database.operations}.webhook_changes`;
  }

  /** All webhooks but `notify`, the newest first. */
  async list(): Promise<Webhook[]> {
    const { rows } = await this.database.query<WebhookRow>({
      text: `SELECT ${columns} FROM ${this.table} WHERE id <> $1 ORDER BY id DESC`,
      values: [notifyId],
    });
    return rows.map(webhookOf);
  }

  async find(id: JobId): Promise<Webhook | undefined> {
    const { rows } = await this.database.query<WebhookRow>({
      text: `SELECT ${columns} FROM ${this.table} WHERE id = $1`,
      values: [id],
    });
    return rows[0] && webhookOf(rows[0]);
  }

  /** All webhooks, `notify` too, with the secrets that are valid now. */
  async listSigned(): Promise<SignedWebhook[]> {
    const { rows } = await this.database.query<SignedRow>({
      name: 'list-signed-webhooks',
      text: `SELECT ${columns}, ${validSecrets} FROM ${this.table}`,
    });
    return rows.map((row) => ({ ...webhookOf(row), secrets: row.secrets }));
  }

  /** The number of the last change of webhooks that can be read. Read it before {@link listListening}. */
  async lastChange(session: Session): Promise<number> {
    const { rows } = await session.query<{ number: number }>({
      name: 'last-webhook-change',
      text: `SELECT number FROM ${this.changes}`,
    });
    return rows[0]!.number;
  }

  /** The webhooks that hear of jobs: all but `notify` and those that are switched off. */
  async listListening(session: Session): Promise<ListeningWebhook[]> {
    const { rows } = await session.query<
      Pick<WebhookRow, 'id' | 'types' | 'states' | 'submitted_for' | 'progress'> & { heard_from: Date }
    >({
      name: 'list-listening-webhooks',
      text: `SELECT id, types, states, submitted_for, progress, heard_from FROM ${this.table}
             WHERE id <> $1 AND switched_off_at IS NULL`,
      values: [notifyId],
    });
    return rows.map(({ id, types, states, submitted_for, progress, heard_from }) => ({
      id,
      types,
      states,
      submittedFor: submitted_for,
      progress,
      heardFrom: heard_from.getTime(),
    }));
  }

  /**
   * Keeps a webhook that hears of what the log takes from `at` on.
   * @returns undefined when there are as many as there may be
   */
  create({ id, at }: WebhookNote, request: WebhookRequest, secret: string): Promise<Webhook | undefined> {
    const { url, types, states, submittedFor, progress } = request;
    return this.change(async (session) => {
      const { rows } = await session.query<WebhookRow>({
        text: `INSERT INTO ${this.table}
                 (id, url, types, states, submitted_for, progress, secret, created_at, heard_from)
               SELECT $1, $2, $3, $4, $5, $6, $7, $8, $8 WHERE (SELECT count(*) FROM ${this.table}) <= $9
               RETURNING ${columns}`,
        values: [
          id,
          url,
          types ?? null,
          states ?? null,
          submittedFor ?? null,
          progress,
          secret,
          new Date(at),
          maxWebhooks,
        ],
      });
      return rows[0] && webhookOf(rows[0]);
    });
  }

  /** Changes the fields that are given. A webhook with another URL counts as one that has not failed. */
  patch(
    id: JobId,
    { url, types, states, submittedFor, progress }: WebhookPatch,
  ): Promise<Webhook | undefined> {
    return this.update(id, {
      set: `url = coalesce($2, url), progress = coalesce($3, progress),
            types = CASE WHEN $4 THEN $5 ELSE types END, states = CASE WHEN $6 THEN $7 ELSE states END,
            submitted_for = CASE WHEN $8 THEN $9 ELSE submitted_for END,
            failing_since = CASE WHEN $2 <> url THEN NULL ELSE failing_since END`,
      values: [
        url ?? null,
        progress ?? null,
        types !== undefined,
        types ?? null,
        states !== undefined,
        states ?? null,
        submittedFor !== undefined,
        submittedFor ?? null,
      ],
    });
  }

  /** Pauses a webhook; again keeps since when it is. */
  pause({ id, at }: WebhookNote): Promise<Webhook | undefined> {
    return this.update(id, { set: 'paused_at = coalesce(paused_at, $2)', values: [new Date(at)] });
  }

  /** Resumes a webhook. One that was switched off hears of what the log takes from `at` on. */
  resume({ id, at }: WebhookNote): Promise<Webhook | undefined> {
    return this.update(id, {
      set: `paused_at = NULL, failing_since = NULL, switched_off_at = NULL,
            heard_from = CASE WHEN switched_off_at IS NULL THEN heard_from ELSE $2 END`,
      values: [new Date(at)],
    });
  }

  /** Replaces the secret. The one before stays valid for `validForMs`, by Postgres' clock. Its column keeps milliseconds, rounded. */
  rotate(id: JobId, secret: string, validForMs: number): Promise<Webhook | undefined> {
    return this.update(id, {
      set: `secret = $2, previous_secret = secret, previous_until = date_trunc('milliseconds', now()) + $3 * interval '1 millisecond'`,
      values: [secret, validForMs],
    });
  }

  /** @returns whether there was one */
  delete(id: JobId): Promise<boolean> {
    return this.change(async (session) => {
      const { affected } = await session.query({
        text: `DELETE FROM ${this.table} WHERE id = $1`,
        values: [id],
      });
      return affected > 0;
    });
  }

  /** Notes a delivery that succeeded after failures. */
  async noteSuccess(id: JobId): Promise<void> {
    await this.database.query({
      name: 'note-webhook-success',
      text: `UPDATE ${this.table} SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL`,
      values: [id],
    });
  }

  /** Notes a delivery that failed. @returns since when the webhook fails; undefined when there is none */
  async noteFailure({ id, at }: WebhookNote): Promise<Date | undefined> {
    const { rows } = await this.database.query<{ failing_since: Date }>({
      name: 'note-webhook-failure',
      text: `UPDATE ${this.table} SET failing_since = coalesce(failing_since, $2) WHERE id = $1
             RETURNING failing_since`,
      values: [id, new Date(at)],
    });
    return rows[0]?.failing_since;
  }

  /**
   * Switches a webhook off, if it has failed since `failingSince` or longer.
   * @param also what belongs to the same transaction
   * @returns whether this call did it
   */
  switchOff(
    { id, at }: WebhookNote,
    failingSince: Date,
    also: (session: Session) => Promise<void>,
  ): Promise<boolean> {
    return this.change(async (session) => {
      const { affected } = await session.query({
        text: `UPDATE ${this.table} SET switched_off_at = $2
               WHERE id = $1 AND switched_off_at IS NULL AND failing_since <= $3`,
        values: [id, new Date(at), failingSince],
      });
      if (affected > 0) await also(session);
      return affected > 0;
    });
  }

  private update(
    id: JobId,
    { set, values }: { readonly set: string; readonly values: readonly unknown[] },
  ): Promise<Webhook | undefined> {
    return this.change(async (session) => {
      const { rows } = await session.query<WebhookRow>({
        text: `UPDATE ${this.table} SET ${set} WHERE id = $1 RETURNING ${columns}`,
        values: [id, ...values],
      });
      return rows[0] && webhookOf(rows[0]);
    });
  }

  /** Changes webhooks in the order of all changes: the row that counts them is locked first. */
  private change<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.database.transaction(async (session) => {
      await session.query({ text: `UPDATE ${this.changes} SET number = number + 1` });
      return work(session);
    });
  }
}

function webhookOf(row: WebhookRow): Webhook {
  return {
    id: row.id,
    url: row.url,
    types: row.types,
    states: row.states,
    submittedFor: row.submitted_for,
    progress: row.progress,
    createdAt: row.created_at,
    pausedAt: row.paused_at,
    failingSince: row.failing_since,
    switchedOffAt: row.switched_off_at,
    previousUntil: row.previous_until,
  };
}
