import type { z } from 'zod';
import type { JsonSchema, JsonSchemas } from '../json-schemas.js';
import type { Scope } from '../rest/access/scope.js';
import { problemKinds, type ProblemCode } from '../rest/problems/problem-kind.js';
import { describeProblem, problemSchema } from '../rest/problems/problem.js';
import { problemsOf, type RouteAnswer, type RouteBody, type RouteContract } from './route-contract.js';

/** A body by content type. */
export type Content = Readonly<Record<string, { readonly schema: JsonSchema; readonly examples?: unknown }>>;

/** One answer of an operation. */
export interface OperationResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Content;
}

/** One route in an OpenAPI document. */
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly unknown[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly description?: string;
    readonly content: Content;
  };
  /** Empty where no API key is needed. */
  readonly security: readonly unknown[];
  /** By status. */
  readonly responses: Readonly<Record<string, OperationResponse>>;
}

/** A route as OpenAPI describes it. */
export function describeOperation(contract: RouteContract, schemas: JsonSchemas): Operation {
  const { operationId, tag, summary, body, scope } = contract;
  const description = describeUse(contract);
  const parameters = parametersOf(contract, schemas);
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: describeBody(body, schemas) }),
    security: scope === 'open' ? [] : securityOf(scope),
    responses: responsesOf(contract, schemas),
  };
}

/** The scope as a role of the bearer key, as OpenAPI 3.1 allows it; nothing in its place: a server on loopback may need no key. */
function securityOf(scope: Scope | 'any'): readonly unknown[] {
  return [{ apiKey: scope === 'any' ? [] : [scope] }, {}];
}

function describeUse({ scope, description }: RouteContract): string | undefined {
  if (scope === 'open') return description;
  const need = scope === 'any' ? 'Needs a valid key, of any scope.' : `Needs the scope \`${scope}\`.`;
  return description === undefined ? need : `${description}\n\n${need}`;
}

function parametersOf({ path, query, headers }: RouteContract, schemas: JsonSchemas): unknown[] {
  return [
    ...parametersIn('path', path, schemas),
    ...parametersIn('query', query?.shape, schemas),
    ...parametersIn('header', headers, schemas),
  ];
}

function parametersIn(place: string, shapes: Readonly<Record<string, z.ZodType>> = {}, schemas: JsonSchemas) {
  return Object.entries(shapes).map(([name, shape]) => {
    const { description, ...schema } = schemas.of(shape, 'input');
    const required = !shape.safeParse(undefined).success;
    return { name, in: place, required, ...(description !== undefined && { description }), schema };
  });
}

function describeBody(body: RouteBody, schemas: JsonSchemas): NonNullable<Operation['requestBody']> {
  const { contentTypes = ['application/json'], schema, required = true, description, examples } = body;
  const content = {
    schema: schema ? schemas.of(schema, 'input') : bytes,
    ...(examples && { examples }),
  };
  return {
    required,
    ...(description !== undefined && { description }),
    content: Object.fromEntries(contentTypes.map((type) => [type, content])),
  };
}

function responsesOf(contract: RouteContract, schemas: JsonSchemas): Record<string, OperationResponse> {
  const responses: Record<string, OperationResponse> = {};
  for (const [status, answer] of Object.entries(contract.answers))
    responses[status] = describeAnswer(answer, schemas);
  const codes = problemsOf(contract);
  for (const status of new Set(codes.map((code) => problemKinds[code].status))) {
    const ofStatus = codes.filter((code) => problemKinds[code].status === status);
    const { description, content } = describeProblems(ofStatus, schemas);
    const answer = responses[status];
    responses[status] = {
      description: answer ? `${answer.description} Or: ${description}` : description,
      content: { ...answer?.content, ...content },
      ...((status === 429 || status === 503) && {
        headers: describeHeaders({ 'Retry-After': 'Seconds to wait.' }),
      }),
    };
  }
  return responses;
}

function describeAnswer(answer: RouteAnswer, schemas: JsonSchemas): OperationResponse {
  const { description, schema, headers } = answer;
  const contentType = answer.contentType ?? (schema && 'application/json');
  return {
    description,
    ...(headers && { headers: describeHeaders(headers) }),
    ...(contentType !== undefined && {
      content: {
        [contentType]: { schema: schema ? schemas.of(schema, 'output') : textOrBytes(contentType) },
      },
    }),
  };
}

/** As OpenAPI 3.0 and generators of clients write it; 3.1 would leave it empty. */
const bytes: JsonSchema = { type: 'string', format: 'binary' };

function textOrBytes(contentType: string): JsonSchema {
  return contentType.startsWith('text/') ? { type: 'string' } : bytes;
}

function describeHeaders(headers: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}

/** The problems of one status: the shape of all, with an example of each code. */
function describeProblems(codes: readonly ProblemCode[], schemas: JsonSchemas): OperationResponse {
  const problem = schemas.of(problemSchema, 'output');
  // Narrowed for checks of answers. Generators of clients would write a class for each status of each route.
  const schema = schemas.exact ? { allOf: [problem, { properties: { code: { enum: codes } } }] } : problem;
  const examples = Object.fromEntries(
    codes.map((code) => {
      const { title } = problemKinds[code];
      return [
        code,
        { summary: title, value: describeProblem(code, { detail: `${title}.` }, '/requests/1f6a-9') },
      ];
    }),
  );
  return {
    description: codes.map((code) => `\`${code}\`: ${problemKinds[code].title}.`).join(' '),
    content: { 'application/problem+json': { schema, examples } },
  };
}
