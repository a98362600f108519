// Builds the console: one page, one script, one style, each compressed beforehand, so that the API only has to hand them out.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

/** What is worth compressing. */
const text = /\.(html|js|css)$/;

const compressed = {
  name: 'compressed',
  writeBundle({ dir }) {
    const files = readdirSync(dir, { recursive: true }).map((file) => join(dir, file));
    for (const file of files.filter((each) => text.test(each))) {
      const bytes = readFileSync(file);
      writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
      writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
    }
  },
};

export default defineConfig({
  root: 'src',
  base: '/console/',
  resolve: { conditions: ['@jobstream/source', 'module', 'browser', 'import', 'default'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [compressed],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    // Files as data in the script would break the policy of the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
