// Bundles an app, after its build: everything that it imports becomes one file of JavaScript, because a process that loads
// two thousand small files spends most of its start on that (docs/decisions/0026). Run by Nx, in the app's folder.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { build } from 'esbuild';

/** These find files beside themselves (native code, threads, data), so they stay packages. */
const packages = ['sharp', 'piscina', 'tesseract.js', 'pdfkit', '@jobstream/stack', '@jobstream/create'];

/** Only the process that migrates loads it, and it is a third of what the others would have to read. */
const rarelyLoaded = ['typeorm'];

/** Nest and pg look for these when somebody uses them. Nobody does, and they are not installed. */
const absent = [
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  '@nats-io/transport-node',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'amqp-connection-manager',
  'class-transformer',
  'class-validator',
  'ioredis',
  'mqtt',
  'pg-native',
];

/** A source map without lines. With full ones of what is not our own, a service would read megabytes of maps as it starts. */
const mapToFile = (path) =>
  Buffer.from(JSON.stringify({ version: 3, sources: [basename(path)], mappings: 'AAAA' })).toString('base64');

const vendorsByFile = {
  name: 'vendors-by-file',
  setup({ onLoad }) {
    onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${mapToFile(path)}`,
      loader: 'js',
    }));
  },
};

await build({
  // Beside what it was made of: scripts of threads are found from here as from there.
  entryPoints: [{ in: 'dist/main.js', out: 'bundle' }],
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // Half as much to read. Identifiers stay, since error messages and logs name classes. `keepNames` would also restore those few that
  // clash, by a call for each function that is made: a worker makes some twenty a job.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  sourcesContent: false,
  external: [...packages, ...rarelyLoaded, ...absent],
  plugins: [vendorsByFile],
  // Packages in CommonJS require Node's own modules.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  logLevel: 'warning',
});
