import type { z } from 'zod';
import type { Scope } from '../rest/api-key.js';
import type { ProblemCode } from '../rest/problem-kind.js';

/** What routes are grouped by in the document, and what each group is for. */
export const routeTags = {
  Jobs: 'Submit jobs and follow them.',
  Queues: 'How far the workers of each queue have come.',
  Replays: 'Run jobs again: what failed, or what ended in a time.',
  Schedules: 'Jobs that are made at set times.',
  Rebuilds: 'The status of all jobs, made again from the log.',
  Tasks: 'The routes that people know from Celery and FastAPI: images, reports, sign-ups.',
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

/** What a route takes as its body. */
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
  /** Default `application/json` where there is a schema; none means that the answer has no body. */
  readonly contentType?: string;
  /** Absent for text and bytes. */
  readonly schema?: z.ZodType;
  /** By name, what each says. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Everything that a route promises: the one place where it is declared. The OpenAPI document is made of these, a test
 * compares them with the routes that the server has, and in end-to-end tests every answer is checked against them.
 */
export interface RouteContract {
  readonly route: Route;
  /** What generated clients call it; unique. */
  readonly operationId: string;
  readonly tag: keyof typeof routeTags;
  /** The scope that its API key needs; `open`: it needs no key. */
  readonly scope: Scope | 'open';
  /** Of an open route: whoever has this scope is told more. */
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

/** What any request can be answered with. */
const always: readonly ProblemCode[] = [
  'malformed_request',
  'host_not_allowed',
  'uri_too_long',
  'headers_too_large',
  'request_timeout',
  'too_many_bytes',
  'internal_error',
];

/** What any request can be answered with whose body is read, asked for or not. */
const ofDocuments: readonly ProblemCode[] = [
  'malformed_json',
  'body_too_large',
  'unsupported_media_type',
  'invalid_request',
];

/** What any request can be answered with that needs an API key. */
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
