import type { FunctionComponent } from 'preact';
import type { Scope } from '@jobstream/contracts/rest';
import { lazyPage } from './lazy-page.js';
import { Action } from '../pages/actions/action.js';
import { Actions } from '../pages/actions/actions.js';
import { Flow } from '../pages/flows/flow.js';
import { Flows } from '../pages/flows/flows.js';
import { HealthPage } from '../pages/health/health.js';
import { JobPage } from '../pages/job/job.js';
import { Overview } from '../pages/overview/overview.js';
import { Queues } from '../pages/queues/queues.js';
import { Replay } from '../pages/replays/replay.js';
import { Replays } from '../pages/replays/replays.js';
import { TypePage } from '../pages/types/type.js';
import { Types } from '../pages/types/types.js';
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
  readonly past: PastOfPage;
}

/** What a page shows of the past. */
interface PastOfPage extends Partial<Pick<PageEntry, 'show' | 'showItem'>> {
  /** What it says where there is nothing to show. */
  readonly notKept?: string;
}

const Jobs = lazyPage(() => import('../pages/jobs/jobs.js').then((part) => part.Jobs));
const Topic = lazyPage<{ readonly item: string }>(() =>
  import('../pages/topics/topic.js').then((part) => part.Topic),
);

/** All pages, in the order of the menu. */
export const pageList: readonly PageEntry[] = [
  {
    name: '',
    title: 'Overview',
    scope: 'read',
    show: Overview,
    past: {
      show: lazyPage(() => import('../pages/overview/past-overview.js').then((part) => part.PastOverview)),
    },
  },
  {
    name: 'jobs',
    title: 'Jobs',
    scope: 'read',
    show: Jobs,
    showItem: JobPage,
    past: {
      show: Jobs,
      showItem: lazyPage(() => import('../pages/job/past-job.js').then(({ PastJob }) => PastJob)),
    },
  },
  {
    name: 'dead-letters',
    title: 'Dead letters',
    scope: 'read',
    show: lazyPage(() =>
      import('../pages/dead-letters/dead-letters.js').then(({ DeadLetters }) => DeadLetters),
    ),
    past: {
      notKept:
        'Groups are counted up to now. The list of jobs tells which were dead letters then: state dead-lettered.',
    },
  },
  {
    name: 'errors',
    title: 'Errors',
    scope: 'read',
    show: lazyPage(() => import('../pages/errors/errors.js').then(({ Errors }) => Errors)),
    showItem: lazyPage<{ readonly item: string }>(() =>
      import('../pages/errors/error-group.js').then(({ ErrorGroupPage }) => ErrorGroupPage),
    ),
    past: { notKept: 'Groups of errors are counted up to now. Each job tells its error as it was.' },
  },
  {
    name: 'queues',
    title: 'Queues',
    scope: 'read',
    show: Queues,
    showItem: lazyPage(() => import('../pages/queues/queue.js').then(({ Queue }) => Queue)),
    past: {
      show: lazyPage(() => import('../pages/queues/past-queues.js').then((part) => part.PastQueues)),
      showItem: lazyPage(() => import('../pages/queues/past-queues.js').then((part) => part.PastQueue)),
    },
  },
  {
    name: 'workers',
    title: 'Workers',
    scope: 'read',
    show: Workers,
    past: { notKept: 'Workers tell how they are, not how they were. Each record of a job names its worker.' },
  },
  {
    name: 'schedules',
    title: 'Schedules',
    scope: 'read',
    show: lazyPage(() => import('../pages/schedules/schedules.js').then(({ Schedules }) => Schedules)),
    showItem: lazyPage(() => import('../pages/schedules/schedule.js').then(({ Schedule }) => Schedule)),
    past: {
      notKept:
        'Schedules are known as they are now. In the present each shows its last decisions, with their times.',
    },
  },
  {
    name: 'replays',
    title: 'Replays',
    scope: 'read',
    show: Replays,
    showItem: Replay,
    past: { notKept: 'These are known as they are now. In the present each tells when it began and ended.' },
  },
  {
    name: 'actions',
    title: 'Actions',
    scope: 'read',
    show: Actions,
    showItem: Action,
    past: { notKept: 'These are known as they are now. In the present each tells when it began and ended.' },
  },
  {
    name: 'flows',
    title: 'Flows',
    scope: 'read',
    show: Flows,
    showItem: Flow,
    past: {
      notKept: 'The list tells how flows stand now. A flow that is opened shows how its jobs stood.',
      showItem: lazyPage(() => import('../pages/flows/past-flow.js').then((part) => part.PastFlow)),
    },
  },
  {
    name: 'test',
    title: 'Test',
    scope: 'read',
    show: lazyPage(() => import('../pages/test/test.js').then(({ Test }) => Test)),
    past: { notKept: 'Nothing can be submitted to the past.' },
  },
  {
    name: 'topics',
    title: 'Topics',
    scope: 'read',
    show: lazyPage(() => import('../pages/topics/topics.js').then(({ Topics }) => Topics)),
    showItem: Topic,
    past: {
      notKept: 'Offsets are known as they are now. A topic that is opened shows its records until then.',
      showItem: Topic,
    },
  },
  {
    name: 'types',
    title: 'Types',
    scope: 'read',
    show: Types,
    showItem: TypePage,
    past: { notKept: 'Job types are known as they are now. Their topic has each publication as a record.' },
  },
  {
    name: 'webhooks',
    title: 'Webhooks',
    scope: 'read',
    show: lazyPage(() => import('../pages/webhooks/webhooks.js').then(({ Webhooks }) => Webhooks)),
    showItem: lazyPage(() => import('../pages/webhooks/webhook.js').then(({ Webhook }) => Webhook)),
    past: { notKept: 'Webhooks are known as they are now.' },
  },
  {
    name: 'rebuilds',
    title: 'Rebuilds',
    scope: 'read',
    show: lazyPage(() => import('../pages/rebuilds/rebuilds.js').then(({ Rebuilds }) => Rebuilds)),
    past: {
      notKept: 'Rebuilds are known as they are now. In the present each tells when it began and ended.',
    },
  },
  {
    name: 'access',
    title: 'Keys and audit',
    scope: 'admin',
    show: lazyPage(() => import('../pages/access/access.js').then(({ Access }) => Access)),
    past: {
      notKept: 'Keys are known as they are now. In the present the audit tells who changed what, and when.',
    },
  },
  {
    name: 'mail',
    title: 'Mail',
    scope: 'read',
    show: lazyPage(() => import('../pages/mail/mail.js').then(({ Mail }) => Mail)),
    past: { notKept: 'Caught mails are shown as they are now, each with the time at which it came.' },
  },
  {
    name: 'health',
    title: 'Health',
    scope: 'read',
    show: HealthPage,
    past: { notKept: 'The health of the API is known as it is now.' },
  },
];
