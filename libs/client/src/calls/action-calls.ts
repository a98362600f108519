import type { ActionPage, ActionRequestInput, ActionSurvey, ActionView } from '@jobstream/contracts/rest';
import { get, queryOf, type CallOptions, type ListOrdersOptions } from '../connection/call-options.js';
import type { HttpCaller } from '../connection/http-caller.js';

/** An action as it is asked for. */
export type ActionWish = Omit<ActionRequestInput, 'dryRun'>;

/** The API looks through the jobs before it answers. */
const surveyMs = 60_000;

/** The calls about actions on all jobs that meet a filter. Errors are those of every call. */
export class ActionCalls {
  constructor(private readonly caller: HttpCaller) {}

  /**
   * Counts what an action would do, and changes nothing.
   * @throws ProblemError `invalid_request` where the filter has a fault
   */
  survey(wish: ActionWish, { signal }: CallOptions = {}): Promise<ActionSurvey> {
    return this.caller.read<ActionSurvey>({
      method: 'POST',
      path: '/v1/actions',
      body: JSON.stringify({ ...wish, dryRun: true }),
      heldMs: surveyMs,
      repeatable: true,
      signal,
    });
  }

  /**
   * Begins an action, which a scheduler runs. `wish.why` is required.
   * @throws ProblemError `nothing_to_do` when it would change no job
   */
  create(wish: ActionWish, { signal }: CallOptions = {}): Promise<ActionView> {
    return this.caller.read<ActionView>({
      method: 'POST',
      path: '/v1/actions',
      body: JSON.stringify(wish),
      heldMs: surveyMs,
      repeatable: false,
      signal,
    });
  }

  /** A page of actions, newest first. */
  list({ signal, ...page }: ListOrdersOptions = {}): Promise<ActionPage> {
    return this.caller.read<ActionPage>(get(`/v1/actions${queryOf({ ...page })}`, signal));
  }

  /** The action as it is now. */
  read(id: string, { signal }: CallOptions = {}): Promise<ActionView> {
    return this.caller.read<ActionView>(get(pathOf(id), signal));
  }

  /**
   * Ends an action. What it has changed stays changed.
   * @throws ProblemError `action_over` when it has ended
   */
  cancel(id: string, { signal }: CallOptions = {}): Promise<ActionView> {
    return this.caller.read<ActionView>({
      method: 'POST',
      path: `${pathOf(id)}/cancel`,
      repeatable: true,
      signal,
    });
  }
}

function pathOf(id: string): string {
  return `/v1/actions/${encodeURIComponent(id)}`;
}
