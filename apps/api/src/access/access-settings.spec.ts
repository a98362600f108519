import { describe, expect, it } from '@jest/globals';
import { SettingsError } from '@jobstream/runtime';
import { areKeysRequired } from './access-settings.js';

describe('the requirement of API keys', () => {
  it.each([
    ['127.0.0.1', undefined, false],
    ['127.8.9.1', undefined, false],
    ['localhost', undefined, false],
    ['::1', undefined, false],
    ['127.0.0.1', 'true', true],
    ['127.0.0.1', 'false', false],
    ['0.0.0.0', undefined, true],
    ['::', undefined, true],
    ['10.0.0.7', 'true', true],
    ['127.example.com', undefined, true],
  ] as const)('on %s with %s: %s', (HOST, API_KEYS_REQUIRED, required) =>
    expect(areKeysRequired({ HOST }, { API_KEYS_REQUIRED })).toBe(required),
  );

  it('can not be turned off where others can reach the server', () =>
    expect(() => areKeysRequired({ HOST: '0.0.0.0' }, { API_KEYS_REQUIRED: 'false' })).toThrow(
      SettingsError,
    ));
});
