import type { RebuildList, RebuildRequestInput, RebuildView } from '@jobstream/contracts/rest';
import { get, type CallOptions } from '../connection/call-options.js';
import type { HttpCaller } from '../connection/http-caller.js';

/** The calls about rebuilds: makes the status of all jobs again from the log. Errors are those of every call. */
export class RebuildCalls {
  constructor(private readonly caller: HttpCaller) {}

  /**
   * Begins a rebuild, which a projector takes. Default: it swaps when all rows are equal, and keeps the rows before.
   * @throws ProblemError `rebuild_running` when another one has not ended
   */
  start(wish: RebuildRequestInput = {}, { signal }: CallOptions = {}): Promise<RebuildView> {
    return this.caller.read<RebuildView>({
      method: 'POST',
      path: '/v1/rebuilds',
      body: JSON.stringify(wish),
      repeatable: false,
      signal,
    });
  }

  /** The last hundred rebuilds, newest first. */
  list({ signal }: CallOptions = {}): Promise<RebuildList> {
    return this.caller.read<RebuildList>(get('/v1/rebuilds', signal));
  }

  /** The rebuild as it is now. */
  read(id: string, { signal }: CallOptions = {}): Promise<RebuildView> {
    return this.caller.read<RebuildView>(get(pathOf(id), signal));
  }

  /**
   * Ends a rebuild and drops the rows it has built.
   * @throws ProblemError `rebuild_finished` when it has ended
   */
  cancel(id: string, { signal }: CallOptions = {}): Promise<RebuildView> {
    return this.caller.read<RebuildView>({
      method: 'POST',
      path: `${pathOf(id)}/cancel`,
      repeatable: true,
      signal,
    });
  }

  /**
   * Takes the rows of a rebuild that failed because some differ.
   * @throws ProblemError `rebuild_not_swappable` when it did not fail so
   */
  swap(id: string, { signal }: CallOptions = {}): Promise<RebuildView> {
    return this.caller.read<RebuildView>({
      method: 'POST',
      path: `${pathOf(id)}/swap`,
      repeatable: false,
      signal,
    });
  }

  /** Drops the rows that an ended rebuild has left beside the live ones. */
  dropKept(id: string, { signal }: CallOptions = {}): Promise<void> {
    return this.caller.call({ method: 'DELETE', path: `${pathOf(id)}/kept`, repeatable: true, signal });
  }
}

function pathOf(id: string): string {
  return `/v1/rebuilds/${encodeURIComponent(id)}`;
}
