#!/usr/bin/env node
// Stands apart from the build: npm links a command before anything is built.
import { existsSync } from 'node:fs';

const main = new URL('../dist/bundle.js', import.meta.url);
if (existsSync(main)) {
  await import(main);
} else {
  process.stderr.write('jobstream is not built yet: npm run build\n');
  process.exitCode = 1;
}
