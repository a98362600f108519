import { HttpException, NotFoundException } from '@nestjs/common';
import { InvalidCursorError, type ProblemCode, type ProblemDetails } from '@jobstream/contracts/rest';
import { codeOf, DatabaseClockUnknownError, isUnavailable } from '@jobstream/database';
import { FlowError } from '@jobstream/flows';
import { IntakeError } from '@jobstream/intake';
import { ClockUnknownError, isKafkaUnavailable } from '@jobstream/kafka';
import { RebuildError, TooManyToCountError } from '@jobstream/projection';
import { ReplayError } from '@jobstream/replay';
import { ScheduleError } from '@jobstream/scheduling';
import { StatusError } from '@jobstream/status';
import {
  ObjectExistsError,
  ObjectTooLargeError,
  StorageFullError,
  StorageUnavailableError,
} from '@jobstream/storage';
import { WebhookError } from '@jobstream/webhooks';
import { ProblemError } from './problem-error.js';

/** The problem that answers a failed request. */
export interface FoundProblem {
  readonly code: ProblemCode;
  readonly details: ProblemDetails;
}

/**
 * The problem that an error of any origin is. What is none of ours and none that the framework blames on the client is
 * an `internal_error`: nothing of it is shown.
 */
export function problemOf(error: unknown): FoundProblem {
  if (isOurs(error)) {
    const { errors, items, ...others } = error.details;
    return {
      code: error.code,
      details: {
        detail: error.message,
        ...others,
        ...(errors && { errors: [...errors] }),
        ...(items && { items: [...items] }),
      },
    };
  }
  return ofLibraries(error) ?? ofFramework(error) ?? internalError;
}

type OwnError =
  | ProblemError
  | IntakeError
  | StatusError
  | ScheduleError
  | WebhookError
  | FlowError
  | RebuildError
  | ReplayError;

function isOurs(error: unknown): error is OwnError {
  const kinds = [
    ProblemError,
    IntakeError,
    StatusError,
    ScheduleError,
    WebhookError,
    FlowError,
    RebuildError,
    ReplayError,
  ];
  return kinds.some((kind) => error instanceof kind);
}

const internalError: FoundProblem = {
  code: 'internal_error',
  details: { detail: 'The request could not be served. The log tells more, under the id in `instance`.' },
};

/** SQLSTATE of a table, column or schema that is not there: Postgres answers, but was not set up to the end yet. */
const notSetUp = new Set(['42P01', '42703', '3F000']);

function ofLibraries(error: unknown): FoundProblem | undefined {
  // Before the database: the codes of refused and broken connections are the same.
  if (isKafkaUnavailable(error) || error instanceof ClockUnknownError)
    return problem('broker_unavailable', 'The broker can not be reached. Ask again later.');
  if (isUnavailable(error) || error instanceof DatabaseClockUnknownError || notSetUp.has(codeOf(error) ?? ''))
    return problem('database_unavailable', 'The database can not be reached. Ask again later.');
  if (error instanceof InvalidCursorError) {
    const detail = 'Use the `next` of the page before, unchanged.';
    return {
      code: 'invalid_request',
      details: { detail: 'The cursor is not valid.', errors: [{ pointer: '/cursor', detail }] },
    };
  }
  if (error instanceof TooManyToCountError) return problem(error.code, error.message);
  if (error instanceof ObjectExistsError)
    return problem('image_conflict', 'An image with other bytes has this id. Take another id.');
  if (error instanceof ObjectTooLargeError)
    return problem('upload_too_large', `An image takes at most ${error.maxBytes} bytes.`);
  if (error instanceof StorageFullError)
    return problem('storage_full', 'There is no room left. Nothing was stored; send it again later.');
  if (error instanceof StorageUnavailableError)
    return problem('storage_unavailable', 'The storage can not be reached. Send it again later.');
  return undefined;
}

/** Nest wraps what Fastify threw; Fastify's codes say more than statuses. */
function ofFramework(error: unknown): FoundProblem | undefined {
  if (error instanceof NotFoundException)
    return problem('route_not_found', 'No route has this path. /openapi.json lists those that there are.');
  const thrown = error instanceof HttpException && error.cause instanceof Error ? error.cause : error;
  const { code, statusCode } = (thrown ?? {}) as { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? byFastifyCode[code] : undefined;
  if (known) return known;
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  return problem('malformed_request', 'The request could not be understood.');
}

const byFastifyCode: Readonly<Record<string, FoundProblem>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: problem('unsupported_media_type', 'Send JSON, as `application/json`.'),
  FST_ERR_BAD_URL: problem('malformed_request', 'The path is not percent-encoded UTF-8.'),
  FST_ERR_MAX_PARAM_LENGTH: problem('uri_too_long', 'A part of the path is longer than any id.'),
};

function problem(code: ProblemCode, detail: string): FoundProblem {
  return { code, details: { detail } };
}
