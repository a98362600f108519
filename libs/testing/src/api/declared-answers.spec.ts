import { describe, expect, it } from '@jest/globals';
import { describeProblem } from '@jobstream/contracts/rest';
import { DeclaredAnswers } from './declared-answers.js';

const declared = new DeclaredAnswers();
const id = '0190163d-8694-739b-aea5-966c26f8ad91';
const json = 'application/json; charset=utf-8';
const problem = 'application/problem+json; charset=utf-8';
const task = { task_id: id, status: 'SUCCESS', result: { any: 'thing' } };
const missing = describeProblem('job_not_found', { detail: 'No.' }, '/requests/1');

describe('declared answers', () => {
  it.each([
    ['GET', `/tasks/${id}`, 200, json, task],
    ['GET', `/tasks/${id}?x=1`, 404, problem, missing],
    ['DELETE', '/v1/schedules/nightly', 204, null, ''],
    ['GET', '/images/cat/thumbnail', 200, 'image/webp', 'bytes'],
    ['GET', '/nowhere', 404, problem, describeProblem('route_not_found', { detail: 'No.' }, '/requests/1')],
  ])('%s %s %d passes', (method, path, status, contentType, body) => {
    expect(() => declared.check(method, path, { status, contentType, body })).not.toThrow();
  });

  it.each([
    ['a field that is not declared', `/tasks/${id}`, 200, json, { ...task, owner: 'ada' }, /owner/],
    ['a field that is missing', `/tasks/${id}`, 200, json, { ...task, status: undefined }, /status/],
    ['a value of another kind', `/tasks/${id}`, 200, json, { ...task, status: 'DONE' }, /status/],
    ['a status of another route', `/tasks/${id}`, 201, json, task, /declares 200/],
    ['a code of another route', '/health/live', 404, problem, missing, /declares 200/],
    [
      'a code of another route under a status of this one',
      `/tasks/${id}`,
      404,
      problem,
      { ...missing, code: 'queue_not_found' },
      /code/,
    ],
    ['a problem as plain JSON', `/tasks/${id}`, 404, json, missing, /application\/json/],
    ['JSON where bytes are', '/images/cat/thumbnail', 200, json, {}, /application\/json/],
    ['another answer of no route', '/nowhere', 404, 'text/html', 'no', /problem/],
  ])('%s does not pass', (_, path, status, contentType, body, why) => {
    expect(() => declared.check('GET', path, { status, contentType, body })).toThrow(why);
  });
});
