import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonSchema } from '@jobstream/contracts';
import type { ProblemCode } from '@jobstream/contracts/rest';
import { describeJobType } from '@jobstream/contracts';
import { describeRestInterface } from '@jobstream/contracts/openapi';
import { jobDefinitions } from '@jobstream/jobs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { EmptyApi } from './api-server.fixture-spec.js';

let api: EmptyApi;
beforeAll(async () => {
  api = await EmptyApi.open();
});
afterAll(() => api.close());

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: JsonSchema;
}

const operations = Object.entries(describeRestInterface(jobDefinitions.map(describeJobType)).paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
      const takesJson = requestBody?.content['application/json'] !== undefined;
      return {
        method: method.toUpperCase(),
        path,
        parameters: parameters as readonly Parameter[],
        takesJson,
      };
    }),
);
const declared = operations.flatMap(({ method, path, parameters }) =>
  parameters.map((parameter) => ({ method, path, ...parameter })),
);

/** Ids in the place of the parameters of a path, so that nothing else can be wrong. */
function fill(path: string): string {
  const withIds = path.replaceAll(/\{(id|task_id)\}/g, '01890a5d-ac96-774b-bcce-b302099a8057');
  return withIds.replaceAll(/\{\w+\}/g, 'probe');
}

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);

/** Whether a client made from the document would send it. */
function isDeclared({ schema }: Parameter, text: string): boolean {
  const isDecimal = schema.type === 'integer' && /^(0|-?[1-9]\d*)$/.test(text);
  return ajv.validate(schema, isDecimal ? Number(text) : text);
}

const odd = [
  '',
  ' ',
  '0',
  '1',
  '-1',
  '1.5',
  '1e2',
  '0x10',
  ' 5',
  '٥',
  '05',
  '50',
  '200',
  '201',
  '500',
  '501',
  '9999',
  '99999999999999999999',
  'NaN',
  'null',
  'none',
  'true',
  '[]',
  'a b',
  'ä',
  '../x',
  "'",
  'a\0b',
  'a\nb',
  'x'.repeat(40),
  'x'.repeat(42),
  'x'.repeat(250),
  'x'.repeat(300),
  'x'.repeat(1_001),
  'a1b2/0/5',
  '5s',
  '5 s',
  '99h',
  'AYkKXayWd0u8zrMCCZqAVw',
  '01890a5d-ac96-774b-bcce-b302099a8057',
  'queued',
  'QUEUED',
  '2026-02-30T00:00:00Z',
  '2026-01-31T06:00:00Z',
  '2026-01-31',
  '2026-01-31T06:00:00',
  '1769839200',
];

/** What is refused though it has the shape of what is taken; each says so in words. */
function isRefusedByValue(name: string, text: string): boolean {
  if (['cursor', 'Last-Event-ID', 'q'].includes(name)) return true;
  return ['wait', 'maxAge'].includes(name) && text === '99h';
}

/** Whether the handler was reached, which has no parts to work with; where it needs the time first, that is not known. */
function isReached(status: number): boolean {
  return status === 500 || status === 503;
}

/** Codes that say that a parameter has no shape that the route takes. */
const refusals: ReadonlySet<ProblemCode | undefined> = new Set<ProblemCode>([
  ...(['invalid_request', 'invalid_idempotency_key', 'invalid_job_id', 'invalid_replay_id'] as const),
  ...(['invalid_api_key_id', 'invalid_schedule_name', 'invalid_image_id', 'invalid_action_id'] as const),
  'invalid_error_group_id',
]);

describe('every parameter', () => {
  const inQuery = declared.filter((parameter) => parameter.in === 'query');
  it.each(inQuery)('is declared as it is checked: ?$name= of $method $path', async (parameter) => {
    const { name, method, path } = parameter;
    for (const text of odd) {
      const query = new URLSearchParams([[name, text]]).toString();
      const { status, code } = await api.ask(method, `${fill(path)}?${query}`);
      const isTaken = !refusals.has(code);
      if (isTaken) expect([text, isReached(status), isDeclared(parameter, text)]).toEqual([text, true, true]);
      else if (!isRefusedByValue(name, text))
        expect([text, isDeclared(parameter, text)]).toEqual([text, false]);
    }
  });

  const inPaths = declared.filter((parameter) => parameter.in === 'path');
  it.each(inPaths)('refuses nothing that is declared: {$name} of $method $path', async (parameter) => {
    const { name, method, path } = parameter;
    for (const text of odd.filter((each) => each !== '' && each.length <= 256)) {
      const filled = fill(path.replace(`{${name}}`, encodeURIComponent(text)));
      const { code } = await api.ask(method, filled);
      // Without a body, `invalid_request` is of the body.
      if (refusals.has(code) && code !== 'invalid_request')
        expect([text, isDeclared(parameter, text)]).toEqual([text, false]);
    }
  });

  const keyed = declared.filter(({ name }) => name === 'Idempotency-Key');
  it.each(keyed)('is declared as it is checked: the Idempotency-Key of $method $path', async (parameter) => {
    for (const text of ['', 'a', 'a b', '~'.repeat(255), 'a'.repeat(256), 'a\tb', 'caf\xe9']) {
      const { code } = await api.ask('POST', '/v1/jobs', headersOf(text), probe);
      expect([text, code !== 'invalid_idempotency_key']).toEqual([text, isDeclared(parameter, text)]);
    }
  });

  it('that is a number declares its bounds', () => {
    const numbers = declared.filter(({ schema }) => ['integer', 'number'].includes(schema.type as string));
    expect(numbers.map(({ path, name }) => `${path} ${name}`)).toContain('/v1/jobs limit');
    expect(declared.filter(({ name, schema }) => name === 'limit' && schema.type !== 'integer')).toEqual([]);
    for (const { path, schema } of numbers)
      expect([path, schema.minimum, (schema.maximum as number) <= 500]).toEqual([path, 1, true]);
  });
});

const probe = JSON.stringify({ type: 'probe.run', payload: {} });
const headersOf = (key: string) => ({ 'content-type': 'application/json', 'idempotency-key': key });

describe('a body', () => {
  const taking = operations.filter(({ takesJson }) => takesJson);
  it.each(['null', '[]', '[{}]', '"{}"', '""', '0', 'true'])(
    'that is no object is refused wherever one is declared: %s',
    async (body) => {
      expect(taking.length).toBeGreaterThan(10);
      for (const { method, path } of taking) {
        const { status, code } = await api.ask(
          method,
          fill(path),
          { 'content-type': 'application/json' },
          body,
        );
        expect([method, path, status, code]).toEqual([method, path, 422, 'invalid_request']);
      }
    },
  );
});
