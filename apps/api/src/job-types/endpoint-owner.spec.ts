import { describe, expect, it } from '@jest/globals';
import type { JobTypeRecord } from '@jobstream/contracts/records';
import type { Scope } from '@jobstream/contracts/rest';
import type { Caller } from '../access/key-ring.js';
import { endpointOwnerOf, mayDelete } from './endpoint-owner.js';

const callerOf = (owner: string, ...scopes: Scope[]): Caller => ({
  keyId: 'key',
  owner,
  scopes,
  rateLimit: { requests: 1, windowSeconds: 1 },
  revoked: new AbortController().signal,
});
const ofEndpoint = {
  owner: 'endpoint:ada',
  endpoint: { url: 'https://ada.example/', maxInFlight: 1 },
} as JobTypeRecord;
const ofWorker = { owner: 'my-invoices' } as JobTypeRecord;

describe('a job type with an endpoint', () => {
  it('belongs to the owner of the key that puts it', () => {
    expect(endpointOwnerOf(callerOf('ada', 'operate'))).toBe('endpoint:ada');
    expect(endpointOwnerOf(null)).toBe('endpoint:anyone');
  });

  it.each<[string, Caller | null]>([
    ['with a key of its owner', callerOf('ada', 'operate')],
    ['with the key of an administrator', callerOf('bob', 'admin')],
    ['by anybody where no key is needed', null],
  ])('may be deleted %s', (_, caller) => {
    expect(mayDelete(ofEndpoint, caller)).toBe(true);
  });

  it('may not be deleted with the key of another owner', () => {
    expect(mayDelete(ofEndpoint, callerOf('bob', 'operate'))).toBe(false);
  });
});

describe('a job type of workers', () => {
  it('may be deleted by any key that operates', () => {
    expect(mayDelete(ofWorker, callerOf('bob', 'operate'))).toBe(true);
  });
});
