import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { consoleHeader } from '@jobstream/contracts/rest';

/** A file of the page. */
export interface DocsAsset {
  readonly contentType: string;
  readonly body: string | Buffer;
}

/** The OpenAPI document as a page to read and try: Swagger UI, from its package. */
export const docsPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Jobstream</title><link rel="icon" href="/docs/favicon-32x32.png"><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="page"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/open.js"></script></body></html>
`;

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

const contentTypes: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** A file that the page is made of; undefined for any other name. */
export async function readDocsAsset(name: string): Promise<DocsAsset | undefined> {
  if (name === 'open.js') return { contentType: contentTypes['swagger-ui-bundle.js']!, body: opening };
  const contentType = Object.hasOwn(contentTypes, name) ? contentTypes[name] : undefined;
  return contentType === undefined ? undefined : { contentType, body: await readFile(join(folder, name)) };
}
