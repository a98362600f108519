import type { VNode } from 'preact';
import type { TransitionView } from '@jobstream/contracts/rest';
import { StateMark } from '../../parts/state-mark.js';
import { writeSpan } from '../../numbers/span.js';
import { serverNow } from '../../server/server-clock.js';
import { barsOf, type AttemptBar, type LifePart } from './attempt-bars.js';

const kinds: Readonly<Record<LifePart['kind'], string>> = {
  waited: 'waited',
  ran: 'ran',
  backed_off: 'backed off',
};

/** Bars of the newest attempts; the older ones are in the table. */
const maxBars = 50;

/** The attempts of a job as bars over one time axis. */
export function Timeline({ transitions }: { readonly transitions: readonly TransitionView[] }): VNode | null {
  const bars = barsOf(transitions, serverNow.value).slice(-maxBars);
  const parts = bars.flatMap((bar) => bar.parts);
  if (parts.length === 0) return null;
  const from = Math.min(...parts.map((part) => part.from));
  const span = Math.max(Math.max(...parts.map((part) => part.to)) - from, 1);
  return (
    <ol class="timeline" aria-label="Attempts over time">
      {bars.map((bar) => (
        <li key={`${bar.run}/${bar.attempt}`}>
          <span class="attempt">
            Run {bar.run}, attempt {bar.attempt} {bar.end && <StateMark state={bar.end} />}
            {bar.isRedelivered && <span class="mark"> redelivered</span>}
          </span>
          <span class="bars" aria-hidden="true">
            {bar.parts.map(({ kind, from: start, to }) => (
              <span
                key={kind}
                class={`bar ${kind}`}
                style={{
                  left: `${((start - from) / span) * 100}%`,
                  width: `${Math.max(((to - start) / span) * 100, 0.5)}%`,
                }}
              />
            ))}
          </span>
          <span class="muted">{describeBar(bar)}</span>
        </li>
      ))}
    </ol>
  );
}

function describeBar({ parts }: AttemptBar): string {
  return parts
    .map(({ kind, from, to, isOpen }) => `${kinds[kind]} ${writeSpan(to - from)}${isOpen ? ' so far' : ''}`)
    .join(', ');
}
