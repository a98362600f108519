import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { platformVersion } from './platform-version.js';

it('The version that processes tell is that of the package.', () => {
  const file = new URL('../../../package.json', import.meta.url);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: platformVersion });
});
