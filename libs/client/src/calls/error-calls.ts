import type { ErrorGroupDetail, ErrorGroupPage } from '@jobstream/contracts/rest';
import { get, queryOf, type CallOptions, type PageOptions } from '../connection/call-options.js';
import type { HttpCaller } from '../connection/http-caller.js';

/** Which groups of errors to list, at most 100 a page. */
export interface ErrorGroupOptions extends PageOptions {
  /** Whose latest failure was of this job type. */
  readonly type?: string;
  /** Whose latest failure was in this queue. */
  readonly queue?: string;
  /** Only muted ones, or only those that are not. Default: all. */
  readonly muted?: boolean;
  /** Only those of which jobs are dead letters now, or only those of which none is. Default: all. */
  readonly deadLetters?: boolean;
  /** Whose latest failure was at this time or later. */
  readonly since?: Date;
}

/** What to say of a group: what is not given stays. */
export interface ErrorGroupMark {
  /** Whether it is muted, or the time until which it is. */
  readonly muted?: boolean | Date;
  /** A note; null for none. */
  readonly note?: string | null;
}

/** The calls about groups of errors: failures that are alike. Errors are those of every call. */
export class ErrorCalls {
  constructor(private readonly caller: HttpCaller) {}

  /** A page of groups, those that failed last first. */
  list({ signal, ...options }: ErrorGroupOptions = {}): Promise<ErrorGroupPage> {
    const query = queryOf({ ...options });
    return this.caller.read<ErrorGroupPage>(get(`/v1/error-groups${query}`, signal));
  }

  /**
   * A group, with the stack of its latest failure.
   * @throws ProblemError `error_group_not_found`
   */
  read(id: string, { signal }: CallOptions = {}): Promise<ErrorGroupDetail> {
    return this.caller.read<ErrorGroupDetail>(get(pathOf(id), signal));
  }

  /**
   * Mutes a group, or takes a note of it.
   * @throws ProblemError `error_group_not_found`
   */
  mark(id: string, mark: ErrorGroupMark, { signal }: CallOptions = {}): Promise<ErrorGroupDetail> {
    return this.caller.read<ErrorGroupDetail>({
      method: 'PATCH',
      path: pathOf(id),
      body: JSON.stringify(mark),
      repeatable: true,
      signal,
    });
  }
}

function pathOf(id: string): string {
  return `/v1/error-groups/${encodeURIComponent(id)}`;
}
