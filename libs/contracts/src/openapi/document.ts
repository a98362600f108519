import type { JobType } from '../job-type.js';
import { JsonSchemas, type JsonSchema, type JsonSchemasOptions } from '../json-schemas.js';
import { describeOperation, type Operation } from './operation.js';
import { routeTags } from './route-contract.js';
import { routeContracts } from './routes.js';

/** An OpenAPI 3.1 document, as far as ours goes. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly jsonSchemaDialect: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly security: readonly unknown[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  /** By path, then by method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

const description = [
  'Background jobs on Kafka: a 202 means that the in-sync replicas have the job.',
  'Every error is a problem document (RFC 9457) with a stable `code`; its `instance` is also in the log.',
  'Times are ISO 8601 in UTC, ids UUIDs of version 7, cursors opaque.',
].join('\n\n');

const securitySchemes = {
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API key, `jsk_...`: `submit` makes jobs, `read` sees them, `operate` changes what runs, `admin` does all.',
  },
};

/** The REST interface as OpenAPI 3.1, made of its route contracts, where jobs of these types may be submitted. */
export function describeRestInterface(
  jobTypes: readonly JobType[],
  options: JsonSchemasOptions = {},
): OpenApiDocument {
  const schemas = new JsonSchemas(options);
  for (const { type, payload } of jobTypes) schemas.add(`Payload.${type}`, payload);
  const paths: Record<string, Record<string, Operation>> = {};
  for (const contract of routeContracts(jobTypes)) {
    const [method, path] = contract.route.split(' ') as [string, string];
    (paths[path] ??= {})[method.toLowerCase()] = describeOperation(contract, schemas);
  }
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Jobstream',
      version: '1',
      description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The process that served this document.' }],
    // A server that listens on loopback alone may need no key.
    security: [{ apiKey: [] }, {}],
    tags: Object.entries(routeTags).map(([name, purpose]) => ({ name, description: purpose })),
    paths,
    components: { schemas: schemas.components, securitySchemes },
  };
}
