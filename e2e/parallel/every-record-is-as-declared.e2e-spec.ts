import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JobstreamClient } from '@jobstream/client';
import { routeContracts } from '@jobstream/contracts/openapi';
import {
  channelOf,
  describeTopics,
  messageNames,
  topicChannels,
  type MessageName,
} from '@jobstream/contracts/asyncapi';
import { jobDefinitions, queues } from '@jobstream/jobs';
import {
  eventually,
  folderWith,
  Platform,
  readTopics,
  usePythonClient,
  useTypeScriptClient,
  whyNoPython,
  writeRecords,
} from '@jobstream/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const ajv = new Ajv2020({ strict: false, formats: { base64: true } });
addFormats.default(ajv);
ajv.addSchema(describeTopics(queues.keys(), { exact: true }), 'asyncapi');

const fits = (name: MessageName, part: 'headers' | 'payload', data: unknown) =>
  ajv.validate<unknown>({ $ref: `asyncapi#/components/messages/${name}/${part}` }, data);

describe('every record on the topics of jobs is one that the AsyncAPI document declares there', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1 } });
  });
  afterAll(() => platform.stop());

  it('whatever becomes of jobs', async () => {
    const { api, topics } = platform;
    const submit = async (payload: object, more: object = {}) =>
      (await api.post('/v1/jobs', { type: 'probe.run', payload, ...more })).body.id as string;
    const ids = [
      await submit({ sleepMs: 300, logLines: 2 }),
      await submit({ failTimes: 1 }),
      await submit({ failTimes: 1, failWith: 'non-retryable' }),
      await submit({}, { delay: '1s', submittedFor: 'ada' }),
      await submit({}, { orderingKey: 'one' }),
    ];
    const cancelled = await submit({}, { delay: '10m' });
    await new JobstreamClient({ url: api.url }).cancel(cancelled);
    await writeRecords([{ topic: topics.requests('probe'), key: 'x', value: '{', headers: {} }]);
    await Promise.all([...ids, cancelled].map((id) => api.finished(id)));
    const names = topics.plan(jobDefinitions, 'small').map(({ name }) => name);
    const told = names.filter((name) => channelOf(topics.roleOf(name)!) !== undefined);
    await eventually(async () => {
      const seen = new Set<string>();
      for (const { topic, value, headers } of await readTopics(told)) {
        if (value?.toString() === '{') continue;
        const declared: readonly MessageName[] = topicChannels[channelOf(topics.roleOf(topic)!)!].messages;
        const data: unknown = JSON.parse(value!.toString());
        const matching = declared.filter(
          (name) => fits(name, 'headers', headers) && fits(name, 'payload', data),
        );
        expect([topic, data, matching.length]).toEqual([topic, data, 1]);
        seen.add(matching[0]!);
      }
      expect([...seen].sort()).toEqual([...messageNames].sort());
      console.log(`${told.length} topics, ${seen.size} kinds of records, all declared`);
    });
  });

  it('and the document is served', async () => {
    const { status, body } = await platform.api.get('/asyncapi.json');
    expect([status, body]).toEqual([200, JSON.parse(JSON.stringify(describeTopics(queues.keys())))]);
  });

  describe('and a client made from the OpenAPI document', () => {
    let folder: string;
    beforeAll(async () => {
      folder = folderWith((await platform.api.get('/openapi.json')).body);
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const understood = (note: string) => ({
      same: 1,
      state: 'succeeded',
      result: expect.objectContaining({ note }),
      listed: 2,
      refused: ['invalid_payload', '/payload/sleepMs'],
      beyond: ['invalid_request', '/limit'],
    });

    it('in TypeScript has the types of what is sent and answered', async () => {
      expect(await useTypeScriptClient(folder, platform.api.url)).toEqual(understood('from TypeScript'));
    });

    const why = whyNoPython();
    (why === undefined ? it : it.skip)(
      `in Python leaves nothing out${why ? `: skipped, ${why}` : ''}`,
      async () => {
        const { said, printed } = await usePythonClient(folder, platform.api.url);
        expect(said).not.toMatch(/warning|unable|error/i);
        expect(printed).toEqual(understood('from Python'));
        const made = await readdir(join(folder, 'jobstream/api'), { recursive: true });
        const routes = made.filter((file) => file.endsWith('.py') && !file.endsWith('__init__.py'));
        expect(routes).toHaveLength(routeContracts([]).length);
      },
      240_000,
    );
  });
});
