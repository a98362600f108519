import { InvalidArgumentError, Option, type Command } from 'commander';
import type { AuditOptions } from '@jobstream/client';
import { parseDuration } from '@jobstream/contracts';
import {
  scopes,
  type ApiKeyView,
  type AuditEntry,
  type CallerView,
  type RateLimit,
  type Scope,
} from '@jobstream/contracts/rest';
import { exitCodes } from '../../exit-codes.js';
import { readDurationText } from '../../options.js';
import type { RunCommand } from '../../program.js';
import type { Columns } from '../../table.js';
import { paged, type PagedOptions } from '../paged.js';

const keyColumns: Columns<ApiKeyView> = {
  ID: ({ id }) => id,
  SCOPES: ({ scopes }) => scopes.join(','),
  STATE: ({ revokedAt, expiresAt }) =>
    revokedAt !== null ? 'revoked' : expiresAt === null ? 'valid' : `to ${expiresAt}`,
  USED: ({ lastUsedAt }) => lastUsedAt ?? 'never',
  OWNER: ({ owner }) => owner,
  NAME: ({ name }) => name,
};

const auditColumns: Columns<AuditEntry> = {
  TIME: ({ at }) => at,
  STATUS: ({ status }) => status,
  WHO: ({ who }) => who,
  ACTION: ({ action }) => action,
  TARGET: ({ target }) => target,
};

interface CreateOptions {
  readonly scope: Scope[];
  readonly owner?: string;
  readonly expiresIn?: string;
  readonly rate?: RateLimit;
}

/** `jobstream keys ...` and `jobstream audit`, which need a key with `admin`, and `jobstream me`. */
export function addAccessCommands(program: Command, run: RunCommand): void {
  addKeys(program, run);
  program
    .command('me')
    .description('Shows whose API key this is, what it may do, and how long it is valid.')
    .action(() =>
      run(async (client, terminal) => {
        const caller = await client.access.readCaller();
        terminal.answer(caller, describeCaller(caller));
        return exitCodes.ok;
      }),
    );
  paged(
    program
      .command('audit')
      .description('Lists changes and refused requests, newest first.')
      .option('--key-id <id>', 'only requests with this API key'),
  ).action((options: AuditOptions & PagedOptions) =>
    run(async (client, terminal) => {
      terminal.answerList(await client.access.listAudit(options), auditColumns, 'No entry.');
      return exitCodes.ok;
    }),
  );
}

function describeCaller({ keysRequired, owner, scopes, expiresInSeconds }: CallerView): string {
  if (!keysRequired) return 'No key is needed here: everyone who reaches the API may do everything.';
  const time = expiresInSeconds === null ? 'until it is revoked' : `for ${expiresInSeconds} s`;
  return `${owner}: ${scopes.join(', ')}; valid ${time}`;
}

function addKeys(program: Command, run: RunCommand): void {
  const keys = program.command('keys').description('Makes, lists and revokes API keys.');
  keys
    .command('list')
    .description('Lists all API keys without their secrets, newest first.')
    .action(() =>
      run(async (client, terminal) => {
        terminal.answerList(await client.access.listKeys(), keyColumns, 'No API key yet.');
        return exitCodes.ok;
      }),
    );
  keys
    .command('create <name>')
    .description('Makes an API key and prints it. Its text is shown only here.')
    .addOption(
      new Option('--scope <scope...>', 'what it may do; operate includes submit and read, admin all')
        .choices(scopes)
        .makeOptionMandatory(),
    )
    .option('--owner <owner>', 'who uses it (default: its name)')
    .option(
      '--expires-in <duration>',
      'how long it is valid: 90d (default: until it is revoked)',
      readDurationText,
    )
    .option('--rate <requests/duration>', 'requests in a time at most: 10/60s', readRequestRate)
    .action((name: string, { scope, rate, ...options }: CreateOptions) =>
      run(async (client, terminal) => {
        const created = await client.access.createKey({ name, scopes: scope, rateLimit: rate, ...options });
        terminal.answer(created, created.key);
        terminal.tell(
          `Key ${created.id}. It is stored nowhere: keep it safe, and hand it over as JOBSTREAM_API_KEY.`,
        );
        return exitCodes.ok;
      }),
    );
  keys
    .command('revoke <id>')
    .description('Revokes an API key for good.')
    .option('-y, --yes', 'do not ask')
    .action((id: string, { yes }: { yes?: boolean }) =>
      run(async (client, terminal) => {
        if (!yes) await terminal.confirm(`Revoke key ${id} for good?`);
        await client.access.revokeKey(id);
        terminal.answer({ id }, `Key ${id} is revoked: every process refuses it within seconds.`);
        return exitCodes.ok;
      }),
    );
}

function readRequestRate(text: string): RateLimit {
  const [, requests, duration] = /^(\d{1,7})\/(\d{1,9}(?:s|m|h|d))$/.exec(text) ?? [];
  if (duration === undefined) throw new InvalidArgumentError('Write requests and a time: 10/60s, 1000/1s.');
  return { requests: Number(requests), windowSeconds: parseDuration(duration) / 1_000 };
}
