import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const dist = new URL('../dist/', import.meta.url).pathname;
const files = readdirSync(dist, { recursive: true })
  .map(String)
  .filter((file) => /\.(html|js|css)$/.test(file));
const page = readFileSync(join(dist, 'index.html'), 'utf8');
/** What a browser loads before it shows anything: the scripts of lazy pages come when they are opened. */
const first = files.filter((file) => file === 'index.html' || page.includes(`/console/${file}"`));
const kilobytes = (of: readonly string[], kind = /./) =>
  of
    .filter((file) => kind.test(file))
    .reduce((sum, file) => sum + readFileSync(join(dist, `${file}.gz`)).length / 1_024, 0);

/** The script of the editor, with all that it needs. */
const editor = /merge-editor-[^/]+\.js$/;

/** Addresses that the build names and never asks: of namespaces, and of messages for people. */
const named = /^https?:\/\/(www\.w3\.org|host[/:]|host$|receiver\.example|json-schema\.org)/;

describe('the build of the console', () => {
  it('is within its budget: 45 KB for the first load, 12 KB of them styles', () => {
    const [all, styles] = [kilobytes(first), kilobytes(first, /\.css$/)];
    console.log(`console: ${all.toFixed(1)} KB for the first load, ${styles.toFixed(1)} KB of them styles`);
    expect(all).toBeGreaterThan(5);
    expect(all).toBeLessThanOrEqual(45);
    expect(styles).toBeLessThanOrEqual(12);
  });

  it('loads the editor of payloads in at most 110 KB, when somebody edits one', () => {
    const editors = files.filter((file) => editor.test(file));
    expect(editors).toHaveLength(1);
    expect(first).not.toContain(editors[0]);
    console.log(`console: ${kilobytes(editors).toFixed(1)} KB for the editor`);
    expect(kilobytes(editors)).toBeGreaterThan(50);
    expect(kilobytes(editors)).toBeLessThanOrEqual(110);
  });

  it('loads each lazy page in at most 12 KB', () => {
    const lazy = files.filter((file) => !first.includes(file) && !editor.test(file));
    expect(lazy.length).toBeGreaterThan(0);
    for (const file of lazy) expect([file, kilobytes([file]) <= 12]).toEqual([file, true]);
  });

  it('names no other server that it would ask', () => {
    const addresses = files
      .flatMap((file) => readFileSync(join(dist, file), 'utf8').match(/https?:\/\/[^\s"'`$)\\]+/g) ?? [])
      .filter((address) => !named.test(address));
    expect(addresses).toEqual([]);
  });

  it('has all styles and scripts in files of their own, as its policy asks', () => {
    expect(page).toMatch(/<script type="module"[^>]* src="\/console\/assets\/[^"]+"><\/script>/);
    expect(page).not.toMatch(/<style|style=|<script(?![^>]*src=)|onload=/);
  });
});
