import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import { defineJob, defineQueue } from '../job-definition.js';
import { headerNames } from '../records/record-head.js';
import type { EncodedRecord } from '../records/codec.js';
import { Topics } from '../topics.js';
import { channelOf, topicChannels } from './channels.js';
import { describeTopics } from './document.js';
import { messageNames } from './messages.js';

const printing = defineJob({
  type: 'print.page',
  queue: defineQueue('print', { priorities: true }),
  payload: z.strictObject({}),
  result: z.strictObject({}),
  retries: 1,
  backoff: ['1s'],
});
const document = describeTopics(['print'], { exact: true });
const golden = new URL('../records/golden/', import.meta.url);

describe('the AsyncAPI document', () => {
  it('is valid by AsyncAPI’s own schema', () => {
    const ajv = new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false });
    addFormats.default(ajv);
    const { schemas } = specs as { schemas: Record<string, object> };
    const validate = ajv.compile(schemas['3.0.0']!);
    validate(describeTopics(['print']));
    expect(validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`) ?? []).toEqual(
      [],
    );
  });

  it.each(readdirSync(golden))('describes %s by exactly one message', (file) => {
    const { headers, value } = JSON.parse(readFileSync(new URL(file, golden), 'utf8')) as EncodedRecord;
    const ajv = new Ajv2020({ strict: false, formats: { base64: true } });
    addFormats.default(ajv);
    ajv.addSchema(document, 'asyncapi');
    const fits = (pointer: string, data: unknown) =>
      ajv.validate<unknown>({ $ref: `asyncapi#/components/messages/${pointer}` }, data);
    const matching = messageNames.filter(
      (name) => fits(`${name}/headers`, headers) && fits(`${name}/payload`, JSON.parse(value)),
    );
    expect(matching).toHaveLength(1);
    expect(document.components.messages[matching[0]!].headers).toMatchObject({
      properties: { [headerNames.phase]: { enum: expect.arrayContaining([headers[headerNames.phase]]) } },
    });
  });

  it('has a channel for every topic of jobs', () => {
    const topics = new Topics('ns');
    for (const { name } of topics.plan([printing], 'small')) {
      const channel = channelOf(topics.roleOf(name)!);
      if ([topics.control, topics.types, topics.clock, topics.workers].includes(name))
        expect(channel).toBeUndefined();
      else {
        const pattern = topicChannels[channel!].address
          .replaceAll('.', '\\.')
          .replaceAll(/\{\w+\}/g, '[^.]+');
        expect(name).toMatch(new RegExp(`^ns\\.${pattern}$`));
      }
    }
  });
});
