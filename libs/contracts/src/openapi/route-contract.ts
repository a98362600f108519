import type { z } from 'zod';
import type { Scope } from '../rest/access/scope.js';
import type { ProblemCode } from '../rest/problems/problem-kind.js';

/** The groups of routes in the document, with their purpose. */
export const routeTags = {
  Jobs: 'Submit jobs and follow them.',
  Flows: 'Jobs that wait for each other.',
  'Job types': 'The jobs that can be submitted, and who serves them.',
  Queues: 'The progress of the workers of each queue; pause, resume and limit it.',
  Topics: 'The log of the platform: its topics and their records.',
  Replays: 'Run jobs again: dead letters, or a time range of the log.',
  Actions: 'Cancel all jobs that meet a filter, or run them again.',
  Errors: 'Failures that are alike, counted; mute them and take notes of them.',
  Schedules: 'Jobs that are made at set times.',
  Webhooks: 'Hear of the ends of jobs by signed POSTs.',
  Rebuilds: 'The status of all jobs, made again from the log.',
  Tasks: 'Routes as in Celery and FastAPI: images, reports, sign-ups.',
  Access: 'API keys, and who did what with them.',
  Process: 'Health, metrics and these documents.',
} as const;

/** Method and path, parameters in braces: `GET /v1/jobs/{id}`. */
export type Route = `${'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH'} /${string}`;

/** An example that a reader can send as it is. */
export interface Example {
  readonly summary: string;
  readonly value: unknown;
}

/** The body of a request. */
export interface RouteBody {
  /** Default `application/json`. */
  readonly contentTypes?: readonly string[];
  /** Absent for bytes. */
  readonly schema?: z.ZodType;
  /** Default true. */
  readonly required?: boolean;
  readonly description?: string;
  /** By name; each is accepted as it is. */
  readonly examples?: Readonly<Record<string, Example>>;
}

/** An answer that is no problem. */
export interface RouteAnswer {
  readonly description: string;
  /** Default `application/json` with a schema, and no body without one. */
  readonly contentType?: string;
  /** Absent for text and bytes. */
  readonly schema?: z.ZodType;
  /** The meaning of each header, by name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Everything that a route promises, and the only place where it is declared. The OpenAPI document is made of these, the API's
 * controllers serve them, and end-to-end tests check every answer against them.
 */
export interface RouteContract {
  readonly route: Route;
  /** The name of the call in generated clients; unique. */
  readonly operationId: string;
  readonly tag: keyof typeof routeTags;
  /** The scope that an API key needs to use the route; `any`: a valid key is enough; `open`: no key is needed. */
  readonly scope: Scope | 'any' | 'open';
  /** On an open route: an answer tells more to keys with this scope. */
  readonly scopeForMore?: Scope;
  readonly summary: string;
  /** Markdown. */
  readonly description?: string;
  /** By name; every parameter that the path has. */
  readonly path?: Readonly<Record<string, z.ZodType>>;
  readonly query?: z.ZodObject;
  /** By name. */
  readonly headers?: Readonly<Record<string, z.ZodType>>;
  readonly body?: RouteBody;
  /** By status. */
  readonly answers: Readonly<Record<number, RouteAnswer>>;
  /** Codes of its own, beside those that {@link problemsOf} adds. */
  readonly problems: readonly ProblemCode[];
}

/** Problems of every route. */
const always: readonly ProblemCode[] = [
  'malformed_request',
  'host_not_allowed',
  'uri_too_long',
  'headers_too_large',
  'request_timeout',
  'too_many_bytes',
  'internal_error',
];

/** Problems of every route whose body is read, also where it declares none. */
const ofDocuments: readonly ProblemCode[] = [
  'malformed_json',
  'body_too_large',
  'unsupported_media_type',
  'invalid_request',
];

/** Problems of every route that needs an API key. */
const ofKeys: readonly ProblemCode[] = [
  'unauthenticated',
  'insufficient_scope',
  'rate_limited',
  'database_unavailable',
];

/** Every problem code that a route can answer with, each once. */
export function problemsOf({ route, body, problems, scope }: RouteContract): ProblemCode[] {
  const isUnsafe = !route.startsWith('GET ');
  const takesDocument = isUnsafe && !body?.contentTypes;
  return [
    ...new Set([
      ...problems,
      ...(takesDocument ? ofDocuments : []),
      ...(isUnsafe ? (['cross_site_request'] as const) : []),
      ...(scope === 'open' ? [] : ofKeys),
      ...always,
    ]),
  ];
}
