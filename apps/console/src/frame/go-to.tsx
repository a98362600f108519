import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { isJobId } from '@jobstream/contracts';
import { Dialog } from '../parts/dialog.js';
import { go, hrefOf } from '../place/place.js';
import { client } from '../server/connection.js';
import { usePolled } from '../server/polled.js';
import { pageList } from './page-list.js';

const maxShown = 12;
/** Topics that can be found by name: some sixty queues have as many. */
const maxTopics = 500;

interface Goal {
  readonly text: string;
  readonly href: string;
}

/** Goes to a page, a queue, a type, a topic or a job by a part of its name. */
export function GoTo({ onClose }: { onClose(this: void): void }): VNode {
  const [typed, setTyped] = useState('');
  const { data: named = [] } = usePolled(readNamed, { key: 'go to', everyMs: Infinity });
  const wanted = typed.trim().toLowerCase();
  const goals = isJobId(wanted)
    ? [{ text: `Job ${wanted}`, href: hrefOf('jobs', wanted) }]
    : [...pages, ...named].filter(({ text }) => text.toLowerCase().includes(wanted)).slice(0, maxShown);
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
          A page, a queue, a type, a topic, or the id of a job
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

const pages: readonly Goal[] = pageList.map(({ name, title }) => ({ text: title, href: hrefOf(name) }));

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
