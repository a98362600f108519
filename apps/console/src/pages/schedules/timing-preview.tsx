import { useEffect, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { SchedulePreview, ScheduleTiming } from '@jobstream/contracts/rest';
import { Moment } from '../../parts/moment.js';
import { pause } from '../../server/attention.js';
import { client } from '../../server/connection.js';
import { failureOf, type Failure } from '../../server/failure.js';

/** A pause in typing after which the server is asked. */
const settledMs = 250;

const effectTexts = {
  moved: 'moved: the clock skips the time',
  left_out: '',
  once: 'the clock shows it twice',
  twice: 'the clock shows it twice',
} as const;

/** The next five times of a schedule that is being typed, or what is wrong with it. */
export function TimingPreview({ timing }: { readonly timing: ScheduleTiming }): VNode {
  const { preview, failure } = usePreview(timing);
  return (
    <section aria-live="polite" aria-label="Next times">
      <h3>Next times</h3>
      {failure?.faults.length === 0 && <p class="fault">{failure.text}</p>}
      {failure?.faults.map((fault) => (
        <p class="fault" key={fault}>
          {fault}
        </p>
      ))}
      {!failure && !preview && <p class="muted">Reading…</p>}
      {!failure && preview && <Times preview={preview} />}
    </section>
  );
}

function Times({ preview: { times, clockChanges } }: { readonly preview: SchedulePreview }): VNode {
  return (
    <>
      <ol>
        {times.map(({ at, local, effect }) => (
          <li key={at}>
            <Moment at={at} /> <span class="muted">{local}</span>{' '}
            {effect && <span class="busy">{effectTexts[effect]}</span>}
          </li>
        ))}
      </ol>
      {clockChanges.map(({ at, detail }) => (
        <p class="busy" key={at}>
          {detail}
        </p>
      ))}
    </>
  );
}

interface Seen {
  readonly preview?: SchedulePreview;
  readonly failure?: Failure;
}

/** Asks when typing pauses. Only the answer about what stands in the form now is shown. */
function usePreview(timing: ScheduleTiming): Seen {
  const [seen, setSeen] = useState<Seen>({});
  const asked = JSON.stringify(timing);
  useEffect(() => {
    const stopping = new AbortController();
    const { signal } = stopping;
    const ask = async () => {
      await pause(settledMs, signal);
      if (signal.aborted) return;
      const answer = await client.schedules.preview(timing, { signal }).then(
        (preview): Seen => ({ preview }),
        (error: unknown): Seen => ({ failure: failureOf(error) }),
      );
      if (!signal.aborted) setSeen(answer);
    };
    void ask();
    return () => stopping.abort();
  }, [asked]);
  return seen;
}
