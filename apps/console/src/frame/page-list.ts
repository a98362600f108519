import type { FunctionComponent } from 'preact';
import type { Scope } from '@jobstream/contracts/rest';
import { lazyPage } from './lazy-page.js';
import { Access } from '../pages/access/access.js';
import { Action } from '../pages/actions/action.js';
import { Actions } from '../pages/actions/actions.js';
import { Flow } from '../pages/flows/flow.js';
import { Flows } from '../pages/flows/flows.js';
import { HealthPage } from '../pages/health/health.js';
import { JobPage } from '../pages/job/job.js';
import { Overview } from '../pages/overview/overview.js';
import { Queues } from '../pages/queues/queues.js';
import { Rebuilds } from '../pages/rebuilds/rebuilds.js';
import { Replay } from '../pages/replays/replay.js';
import { Replays } from '../pages/replays/replays.js';
import { Test } from '../pages/test/test.js';
import { TypePage } from '../pages/types/type.js';
import { Types } from '../pages/types/types.js';
import { Webhook } from '../pages/webhooks/webhook.js';
import { Webhooks } from '../pages/webhooks/webhooks.js';
import { Workers } from '../pages/workers/workers.js';

/** A page of the console. */
export interface PageEntry {
  /** Its name in the URL. */
  readonly name: string;
  readonly title: string;
  /** The scope that it needs to show anything. */
  readonly scope: Scope;
  readonly show: FunctionComponent;
  /** Shows one of what the page lists; the page has none without it. */
  readonly showItem?: FunctionComponent<{ readonly item: string }>;
}

/** All pages, in the order of the menu. */
export const pageList: readonly PageEntry[] = [
  { name: '', title: 'Overview', scope: 'read', show: Overview },
  {
    name: 'jobs',
    title: 'Jobs',
    scope: 'read',
    show: lazyPage(() => import('../pages/jobs/jobs.js').then(({ Jobs }) => Jobs)),
    showItem: JobPage,
  },
  {
    name: 'dead-letters',
    title: 'Dead letters',
    scope: 'read',
    show: lazyPage(() =>
      import('../pages/dead-letters/dead-letters.js').then(({ DeadLetters }) => DeadLetters),
    ),
  },
  {
    name: 'errors',
    title: 'Errors',
    scope: 'read',
    show: lazyPage(() => import('../pages/errors/errors.js').then(({ Errors }) => Errors)),
    showItem: lazyPage<{ readonly item: string }>(() =>
      import('../pages/errors/error-group.js').then(({ ErrorGroupPage }) => ErrorGroupPage),
    ),
  },
  {
    name: 'queues',
    title: 'Queues',
    scope: 'read',
    show: Queues,
    showItem: lazyPage(() => import('../pages/queues/queue.js').then(({ Queue }) => Queue)),
  },
  { name: 'workers', title: 'Workers', scope: 'read', show: Workers },
  {
    name: 'schedules',
    title: 'Schedules',
    scope: 'read',
    show: lazyPage(() => import('../pages/schedules/schedules.js').then(({ Schedules }) => Schedules)),
    showItem: lazyPage(() => import('../pages/schedules/schedule.js').then(({ Schedule }) => Schedule)),
  },
  { name: 'replays', title: 'Replays', scope: 'read', show: Replays, showItem: Replay },
  { name: 'actions', title: 'Actions', scope: 'read', show: Actions, showItem: Action },
  { name: 'flows', title: 'Flows', scope: 'read', show: Flows, showItem: Flow },
  { name: 'test', title: 'Test', scope: 'read', show: Test },
  {
    name: 'topics',
    title: 'Topics',
    scope: 'read',
    show: lazyPage(() => import('../pages/topics/topics.js').then(({ Topics }) => Topics)),
    showItem: lazyPage(() => import('../pages/topics/topic.js').then(({ Topic }) => Topic)),
  },
  { name: 'types', title: 'Types', scope: 'read', show: Types, showItem: TypePage },
  { name: 'webhooks', title: 'Webhooks', scope: 'read', show: Webhooks, showItem: Webhook },
  { name: 'rebuilds', title: 'Rebuilds', scope: 'read', show: Rebuilds },
  { name: 'access', title: 'Keys and audit', scope: 'admin', show: Access },
  { name: 'health', title: 'Health', scope: 'read', show: HealthPage },
];
