import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { isJobId } from '@jobstream/contracts';
import { Dialog } from '../parts/dialog.js';
import { readTypedTime } from '../numbers/typed-time.js';
import { hrefAt } from '../place/past.js';
import { go, hrefOf } from '../place/place.js';
import { client } from '../server/connection.js';
import { usePolled } from '../server/polled.js';
import { serverNow } from '../server/server-clock.js';
import { pageList } from './page-list.js';

const maxShown = 12;
/** Topics that can be found by name: some sixty queues have as many. */
const maxTopics = 500;

interface Goal {
  readonly text: string;
  readonly href: string;
}

/** Goes to a page, a queue, a type, a topic or a job by a part of its name, and to a time in the past. */
export function GoTo({ onClose }: { onClose(this: void): void }): VNode {
  const [typed, setTyped] = useState('');
  const { data: named = [] } = usePolled(readNamed, { key: 'go to', everyMs: Infinity });
  const wanted = typed.trim().toLowerCase();
  const goals = isJobId(wanted)
    ? [{ text: `Job ${wanted}`, href: hrefOf('jobs', wanted) }]
    : [...pagesOfMenu(), ...named]
        .filter(({ text }) => text.toLowerCase().includes(wanted))
        .slice(0, maxShown);
  const at = isTime.test(wanted) ? readTypedTime(typed.trim(), serverNow.peek()) : undefined;
  if (at !== undefined) goals.unshift(thenOf(new Date(at)));
  const enter = (event: Event) => {
    event.preventDefault();
    if (!goals[0]) return;
    go(goals[0].href);
    onClose();
  };
  return (
    <Dialog title="Go to" onClose={onClose}>
      <form onSubmit={enter}>
        <label>
          A page, a queue, a type, a topic, the id of a job, or a time (2h ago: 2h)
          <input value={typed} autocomplete="off" onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
        <ul class="goals">
          {goals.map(({ text, href }) => (
            <li key={href}>
              <a href={href} onClick={onClose}>
                {text}
              </a>
            </li>
          ))}
        </ul>
        {goals.length === 0 && <p class="muted">Nothing has this name.</p>}
      </form>
    </Dialog>
  );
}

/** What is taken for a time: `2h`, so long ago, or a date. */
const isTime = /^(\d{1,6}(ms|s|m|h|d)|\d{4}-\d\d-\d\d.*)$/;

function thenOf(at: Date): Goal {
  return { text: `This page as it was at ${at.toISOString()}`, href: hrefAt(at.toISOString()) };
}

function pagesOfMenu(): Goal[] {
  return pageList.map(({ name, title }) => ({ text: title, href: hrefOf(name) }));
}

async function readNamed(signal: AbortSignal): Promise<Goal[]> {
  const [queues, types, topics] = await Promise.all([
    client.queues.list({ signal }),
    client.jobTypes.list({ signal }),
    client.topics.list({ signal, limit: maxTopics }),
  ]);
  return [
    ...queues.items.map(({ queue }) => ({ text: `Queue ${queue}`, href: hrefOf('queues', queue) })),
    ...types.items.map(({ type }) => ({ text: `Type ${type}`, href: hrefOf('types', type) })),
    ...topics.items.map(({ name }) => ({ text: `Topic ${name}`, href: hrefOf('topics', name) })),
  ];
}
