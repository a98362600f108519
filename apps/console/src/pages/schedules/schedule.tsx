import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { ScheduleView } from '@jobstream/contracts/rest';
import { ActionButton } from '../../parts/action-button.js';
import { ActionDialog } from '../../parts/action-dialog.js';
import { Facts } from '../../parts/facts.js';
import { Freshness } from '../../parts/freshness.js';
import { JsonText } from '../../parts/json-text.js';
import { Age, Moment } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { usePageKeys } from '../../keys/keyboard.js';
import { go, hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import { ScheduleDialog } from './schedule-dialog.js';
import { timingOf } from './schedules.js';

const everyMs = 5_000;

type Opened = 'fire' | 'pause' | 'edit' | 'delete';

/** One schedule: its next times, its last decisions and their reasons. */
export function Schedule({ item: name }: { readonly item: string }): VNode {
  const polled = usePolled((signal) => client.schedules.read(name, { signal }), { key: name, everyMs });
  const [opened, setOpened] = useState<Opened | undefined>(undefined);
  const schedule = polled.data;
  const close = () => setOpened(undefined);
  const done = () => {
    close();
    polled.refresh();
  };
  usePageKeys(schedule ? { p: { text: 'pause or resume', run: () => setOpened('pause') } } : {});
  return (
    <>
      <h1>Schedule {name}</h1>
      <Freshness of={polled} />
      {schedule && (
        <>
          <p class="actions">
            <ActionButton scope="operate" onClick={() => setOpened('fire')}>
              Fire now
            </ActionButton>
            <ActionButton
              scope="operate"
              letter="p"
              isDanger={!schedule.paused}
              onClick={() => setOpened('pause')}
            >
              {schedule.paused ? 'Resume' : 'Pause'}
            </ActionButton>
            <ActionButton scope="operate" onClick={() => setOpened('edit')}>
              Edit
            </ActionButton>
            {/* One that the code declares comes back: it can only be paused. */}
            {schedule.origin === 'rest' && (
              <ActionButton scope="operate" isDanger onClick={() => setOpened('delete')}>
                Delete
              </ActionButton>
            )}
          </p>
          <ScheduleFacts schedule={schedule} />
        </>
      )}
      {opened === 'fire' && (
        <ActionDialog
          title={`Fire ${name} now`}
          verb="Fire it"
          onClose={close}
          act={async () => {
            const { id } = await client.schedules.fire(name);
            go(hrefOf('jobs', id));
          }}
        >
          <p>One job is made now, beside those of its times.</p>
        </ActionDialog>
      )}
      {schedule && opened === 'edit' && (
        <ScheduleDialog schedule={schedule} taken={[]} onClose={close} onDone={done} />
      )}
      {opened === 'delete' && (
        <ActionDialog
          title={`Delete ${name}`}
          verb="Delete it"
          isDanger
          onClose={close}
          act={async () => {
            await client.schedules.delete(name);
            go(hrefOf('schedules'));
          }}
        >
          <p>It fires no more. Jobs that it has made go on.</p>
        </ActionDialog>
      )}
      {schedule && opened === 'pause' && (
        <ActionDialog
          title={`${schedule.paused ? 'Resume' : 'Pause'} ${name}`}
          verb={schedule.paused ? 'Resume it' : 'Pause it'}
          isDanger={!schedule.paused}
          onClose={close}
          onDone={done}
          act={() => client.schedules.put(name, { ...wishOf(schedule), paused: !schedule.paused })}
        >
          <p>
            {schedule.paused
              ? 'It fires at its next time.'
              : 'It fires no more until it is resumed. Jobs that it has made go on.'}
          </p>
        </ActionDialog>
      )}
    </>
  );
}

function ScheduleFacts({ schedule }: { readonly schedule: ScheduleView }): VNode {
  return (
    <>
      <Facts
        of={{
          When: <code>{timingOf(schedule)}</code>,
          Job: <a href={hrefOf('types', schedule.job.type)}>{schedule.job.type}</a>,
          'Times that were missed': schedule.misfire,
          'While its last job is unfinished': schedule.overlap,
          'Last fired': schedule.lastFireAt && <Moment at={schedule.lastFireAt} />,
          Declared: schedule.origin === 'code' ? 'in code' : 'by REST',
        }}
      />
      <section>
        <h2>Next times</h2>
        {schedule.nextFireTimes.length === 0 && <p class="muted">None: it is paused.</p>}
        <ol>
          {schedule.nextFireTimes.map((time) => (
            <li key={time}>
              <Moment at={time} /> <Age at={time} />
            </li>
          ))}
        </ol>
      </section>
      <section>
        <h2>Last decisions</h2>
        <RowTable
          label="Last decisions"
          rows={schedule.firings}
          keyOf={({ jobId, fireAt }) => `${fireAt} ${jobId}`}
          empty="It has not fired yet."
          columns={[
            { title: 'Time', cell: ({ fireAt }) => <Moment at={fireAt} /> },
            { title: 'Decision', cell: ({ state }) => state },
            { title: 'Why', cell: ({ detail }) => detail },
            { title: 'Job', cell: ({ jobId }) => <a href={hrefOf('jobs', jobId)}>{jobId}</a> },
          ]}
        />
      </section>
      <section>
        <h2>Payload</h2>
        <JsonText label="Payload" value={schedule.job.payload} />
      </section>
    </>
  );
}

function wishOf({ cron, timeZone, every, misfire, overlap, job }: ScheduleView) {
  return {
    ...(cron !== null && { cron }),
    ...(cron !== null && timeZone !== null && { timeZone }),
    ...(every !== null && { every }),
    misfire,
    overlap,
    job,
  };
}
