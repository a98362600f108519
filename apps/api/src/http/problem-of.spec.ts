import { describe, expect, it } from '@jest/globals';
import { HttpException, NotFoundException } from '@nestjs/common';
import { DatabaseUnreachableError } from '@jobstream/database';
import { IntakeError } from '@jobstream/intake';
import { InvalidCursorError } from '@jobstream/contracts/rest';
import { StatusError } from '@jobstream/status';
import { ObjectExistsError, ObjectTooLargeError, StorageFullError } from '@jobstream/storage';
import { ProblemError } from './problem-error.js';
import { problemOf } from './problem-of.js';

const stored = { key: 'uploads/a', bytes: 1, contentType: 'image/png', sha256: 'ab' };
const fastifyError = (code: string, statusCode: number) =>
  Object.assign(new Error('body limit of /srv/app'), { name: 'FastifyError', code, statusCode });

describe('the problem of an error', () => {
  it.each([
    [new ProblemError('job_not_found', 'No.'), 'job_not_found'],
    [new IntakeError('unknown_type', 'No.'), 'unknown_type'],
    [new StatusError('projection_behind', 'No.'), 'projection_behind'],
    [new DatabaseUnreachableError('db.internal:5432/x', new Error('refused')), 'database_unavailable'],
    [new InvalidCursorError(), 'invalid_request'],
    [new ObjectExistsError(stored), 'image_conflict'],
    [new ObjectTooLargeError('uploads/a', 7), 'upload_too_large'],
    [new StorageFullError('/var/lib/x', {}), 'storage_full'],
    [new NotFoundException('Cannot GET /secret'), 'route_not_found'],
    [fastifyError('FST_ERR_MAX_PARAM_LENGTH', 414), 'uri_too_long'],
    [new HttpException('x', 414, { cause: fastifyError('FST_ERR_MAX_PARAM_LENGTH', 414) }), 'uri_too_long'],
    [fastifyError('FST_ERR_OF_ANOTHER_DAY', 400), 'malformed_request'],
    [fastifyError('FST_ERR_OF_ANOTHER_DAY', 500), 'internal_error'],
    [new Error('connect ECONNREFUSED 10.0.0.1'), 'internal_error'],
    ['a text', 'internal_error'],
    [undefined, 'internal_error'],
  ])('%s', (error, code) => expect(problemOf(error).code).toBe(code));

  it.each([
    new DatabaseUnreachableError('db.internal:5432/x', new Error('refused')),
    new StorageFullError('/var/lib/x', {}),
    fastifyError('FST_ERR_MAX_PARAM_LENGTH', 414),
    fastifyError('FST_ERR_OF_ANOTHER_DAY', 400),
    new Error('SELECT * FROM jobs at /srv/app/x.js:1'),
  ])('shows neither hosts, paths nor SQL of %s', (error) => {
    expect(JSON.stringify(problemOf(error))).not.toMatch(/internal:5432|\/var\/|\/srv\/|SELECT/);
  });

  it('carries faults, ids and items', () => {
    const errors = [{ pointer: '/a', detail: 'x' }];
    expect(problemOf(new IntakeError('invalid_payload', 'One fault.', { errors })).details).toEqual({
      detail: 'One fault.',
      errors,
    });
    expect(problemOf(new StatusError('invalid_request', 'One fault.', { errors })).details).toEqual({
      detail: 'One fault.',
      errors,
    });
    expect(problemOf(new IntakeError('submit_unknown', 'Look.', { id: 'i', items: [] })).details).toEqual({
      detail: 'Look.',
      id: 'i',
      items: [],
    });
  });
});
