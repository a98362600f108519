import type { VNode } from 'preact';
import type { ReplayFault } from '@jobstream/contracts/rest';
import { hrefOf } from '../place/place.js';
import { Age } from './moment.js';

interface OrderProgressProps {
  readonly state: string;
  /** 0 to 1; null where it is not known. */
  readonly progress: number | null;
  /** When it ends at the present speed. */
  readonly eta: string | null;
  /** Why it makes no progress now. */
  readonly trouble: string | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

/** How far a replay or an action is, and what is wrong with it. */
export function OrderProgress({ state, progress, eta, trouble, failure }: OrderProgressProps): VNode {
  return (
    <>
      <p role="status">
        {progress !== null && <progress aria-label="Progress" value={progress} max={1} />} {state}
        {eta !== null && (
          <>
            , ends <Age at={eta} />
          </>
        )}
      </p>
      {trouble !== null && <p class="notice">{trouble}</p>}
      {failure && (
        <p class="notice">
          {failure.message} <code>{failure.code}</code>
        </p>
      )}
    </>
  );
}

interface FaultListProps {
  readonly title: string;
  readonly faults: readonly ReplayFault[];
}

/** The jobs that a replay or an action could not change, and why; nothing where there are none. */
export function FaultList({ title, faults }: FaultListProps): VNode | null {
  if (faults.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {faults.map(({ id, detail }) => (
          <li key={id}>
            <a href={hrefOf('jobs', id)}>{id}</a> {detail}
          </li>
        ))}
      </ul>
    </section>
  );
}
