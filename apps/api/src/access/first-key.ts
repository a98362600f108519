import { parseArgs } from 'node:util';
import { ApiKeyStore, AuditStore } from '@jobstream/access';
import { newJobId } from '@jobstream/contracts';
import type { CreatedApiKey } from '@jobstream/contracts/rest';
import { Database, databaseSettingsFromEnv, migrate } from '@jobstream/database';
import type { Environment } from '@jobstream/runtime';
import { ProblemError } from '../http/problem-error.js';
import { createApiKey } from './create-api-key.js';

/** API keys are required, and no usable one exists. */
export class NoApiKeyError extends Error {
  readonly code = 'no_api_key';
  override readonly name = 'NoApiKeyError';

  constructor(host: string) {
    super(
      `With HOST=${host} or API_KEYS_REQUIRED=true requests need an API key, and there is none yet. Make the first one: ` +
        'npm run api-key -- --name first --scopes admin ' +
        '(or, with DATABASE_URL set, node apps/api/dist/bundle.js create-key --name first --scopes admin). Then start again.',
    );
  }
}

/** Makes a key from the command line; access to the database is enough. Its text goes to standard output, alone on its line. */
export async function createKeyByCommand(args: string[], environment: Environment): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      name: { type: 'string' },
      scopes: { type: 'string' },
      owner: { type: 'string' },
      'expires-in': { type: 'string' },
    },
  });
  const { name, scopes, owner, 'expires-in': expiresIn } = values;
  const settings = databaseSettingsFromEnv(environment);
  await migrate(settings);
  const database = new Database(settings, { applicationName: 'jobstream create-key' });
  try {
    const request = { name, scopes: scopes?.split(','), owner, expiresIn };
    const key = await createApiKey(new ApiKeyStore(database), request).catch(explain);
    await noteCreation(new AuditStore(database), key);
    process.stderr.write(`Key ${key.id} for ${key.owner}: ${key.scopes.join(', ')}. It is shown only now.\n`);
    process.stdout.write(`${key.key}\n`);
  } finally {
    await database.close();
  }
}

async function noteCreation(audit: AuditStore, { id }: CreatedApiKey): Promise<void> {
  const now = await audit.now();
  await audit.append([
    {
      id: newJobId(now),
      at: new Date(now).toISOString(),
      who: null,
      keyId: null,
      action: 'create-key',
      target: `/v1/api-keys/${id}`,
      requestId: 'command',
      status: 201,
    },
  ]);
}

/** Names each fault by its option. */
function explain(error: unknown): never {
  if (!(error instanceof ProblemError)) throw error;
  const faults = (error.details.errors ?? []).map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`);
  throw new Error(
    `${faults.join('; ')}. Usage: create-key --name NAME --scopes submit,read,operate,admin [--owner OWNER] [--expires-in 90d]`,
  );
}
