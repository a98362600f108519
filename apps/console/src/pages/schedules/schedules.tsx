import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { ActionButton } from '../../parts/action-button.js';
import { Freshness } from '../../parts/freshness.js';
import { Age, Moment } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { go, hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import { ScheduleDialog } from './schedule-dialog.js';

const everyMs = 5_000;

/** All schedules, with the next time of each. New ones are made here. */
export function Schedules(): VNode {
  const polled = usePolled((signal) => client.schedules.list({ signal }), { key: 'schedules', everyMs });
  const [isMaking, setMaking] = useState(false);
  return (
    <>
      <h1>Schedules</h1>
      <Freshness of={polled} />
      <p class="actions">
        <ActionButton scope="operate" onClick={() => setMaking(true)}>
          Make a schedule
        </ActionButton>
      </p>
      {isMaking && (
        <ScheduleDialog
          taken={polled.data?.items.map(({ name }) => name) ?? []}
          onClose={() => setMaking(false)}
          onDone={(name) => go(hrefOf('schedules', name))}
        />
      )}
      <RowTable
        label="Schedules"
        rows={polled.data?.items}
        keyOf={({ name }) => name}
        empty="No schedule yet. Make one here, or: npx jobstream schedules put nightly probe.run --cron '0 3 * * *'"
        columns={[
          { title: 'Schedule', cell: ({ name }) => <a href={hrefOf('schedules', name)}>{name}</a> },
          { title: 'When', cell: (schedule) => <code>{timingOf(schedule)}</code> },
          { title: 'Job', cell: ({ job }) => <a href={hrefOf('types', job.type)}>{job.type}</a> },
          {
            title: 'Next',
            cell: ({ nextFireAt, paused }) =>
              paused ? <span class="trouble">paused</span> : nextFireAt && <Age at={nextFireAt} />,
          },
          { title: 'Last', cell: ({ lastFireAt }) => lastFireAt && <Moment at={lastFireAt} /> },
          { title: 'From', cell: ({ origin }) => origin },
        ]}
      />
    </>
  );
}

/** When a schedule fires, as it was written. */
export function timingOf({
  cron,
  timeZone,
  every,
}: {
  readonly cron: string | null;
  readonly timeZone: string | null;
  readonly every: string | null;
}): string {
  return cron === null ? `every ${every}` : `${cron} (${timeZone ?? 'UTC'})`;
}
