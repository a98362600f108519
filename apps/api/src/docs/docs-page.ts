import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { consoleHeader } from '@jobstream/contracts/rest';
import { pagePolicy } from '../http/page-policy.js';
import { tameHtml } from './tame-html.js';

/** A file of the page. */
export interface DocsAsset {
  readonly contentType: string;
  readonly body: string | Buffer;
}

/** The OpenAPI document as a page to read and try: Swagger UI, from its package. */
export const docsPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Jobstream</title><link rel="icon" href="/docs/favicon-32x32.png"><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="page"></div><script src="/docs/tame-html.js"></script><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/open.js"></script></body></html>
`;

/** The policy of the page: HTML that Swagger UI writes is made harmless by {@link tameHtml}, or by its DOMPurify. */
export const docsPolicy = `${pagePolicy}; trusted-types default inert dompurify`;

/** The header lets a signed-in person try what changes something, as the console does. */
const opening = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#page',
  deepLinking: true,
  requestInterceptor: (request) => ({ ...request, headers: { ...request.headers, '${consoleHeader}': '1' } }),
});
`;

const folder = join(
  dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui/package.json')),
  'static',
);

const script = 'text/javascript; charset=utf-8';
const ownScripts: Readonly<Record<string, string>> = { 'open.js': opening, 'tame-html.js': tameHtml };

const contentTypes: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': script,
  'favicon-32x32.png': 'image/png',
};

/** A file that the page is made of; undefined for any other name. */
export async function readDocsAsset(name: string): Promise<DocsAsset | undefined> {
  if (Object.hasOwn(ownScripts, name)) return { contentType: script, body: ownScripts[name]! };
  const contentType = Object.hasOwn(contentTypes, name) ? contentTypes[name] : undefined;
  return contentType === undefined ? undefined : { contentType, body: await readFile(join(folder, name)) };
}
