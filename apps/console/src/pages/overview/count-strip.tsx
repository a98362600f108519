import type { VNode } from 'preact';
import { jobStates } from '@jobstream/contracts';
import type { CountsView } from '@jobstream/contracts/rest';
import { Age } from '../../parts/moment.js';
import { StateMark } from '../../parts/state-mark.js';
import { countOf, writeCount } from '../../numbers/count.js';
import { hrefOf } from '../../place/place.js';

interface CountStripProps {
  readonly all: CountsView;
  /** Of the 24 hours before `all` was counted. Default: not shown. */
  readonly day?: CountsView;
}

/** Jobs by state, each a link to them. */
export function CountStrip({ all: { states, total, at }, day }: CountStripProps): VNode {
  return (
    <>
      <ul class="strip">
        {jobStates.map((state) => (
          <li key={state}>
            <a href={hrefOf('jobs', undefined, { state })}>
              <StateMark state={state} />
              <b>{writeCount(states[state])}</b>
              {day && <span class="muted">{writeCount(day.states[state])} of the last 24 h</span>}
            </a>
          </li>
        ))}
      </ul>
      <p class="muted">
        {countOf(total, 'job')}
        {day && (
          <>
            , counted <Age at={at} />
          </>
        )}
        .
      </p>
    </>
  );
}
