import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { Priority } from '@jobstream/contracts';
import type { ScheduleView } from '@jobstream/contracts/rest';
import { ActionDialog } from '../../parts/action-dialog.js';
import { JsonField, readJson } from '../../parts/json-field.js';
import { client } from '../../server/connection.js';
import { useJobTypes } from '../../server/job-types.js';
import { timingOfTyped, typedOf, wishOfTyped, type TypedSchedule } from './schedule-form.js';
import { TimingPreview } from './timing-preview.js';

interface ScheduleDialogProps {
  /** The schedule that is edited; undefined for a new one. */
  readonly schedule?: ScheduleView;
  /** Names that a new one would replace. */
  readonly taken: readonly string[];
  onClose(this: void): void;
  onDone(this: void, name: string): void;
}

/** Makes a schedule or edits one, and shows its next five times while it is typed. */
export function ScheduleDialog({ schedule, taken, onClose, onDone }: ScheduleDialogProps): VNode {
  const [typed, setTyped] = useState(() => typedOf(schedule));
  const change = (changes: Partial<TypedSchedule>) => setTyped({ ...typed, ...changes });
  const name = typed.name.trim();
  const wish = wishOfTyped(typed, readJson(typed.payload), schedule?.paused ?? false);
  const isTaken = taken.includes(name);
  return (
    <ActionDialog
      title={schedule ? `Edit ${schedule.name}` : 'Make a schedule'}
      verb={schedule ? 'Save it' : 'Make it'}
      isBlocked={wish === undefined || isTaken}
      onClose={onClose}
      onDone={() => onDone(name)}
      act={() => client.schedules.put(name, wish!)}
    >
      {!schedule && (
        <label>
          Name
          <input
            value={typed.name}
            required
            pattern="[a-z0-9][a-z0-9\-]{0,63}"
            placeholder="nightly"
            autocomplete="off"
            aria-invalid={isTaken}
            onInput={(event) => change({ name: event.currentTarget.value })}
          />
          {isTaken && <span class="fault">There is one of this name: open it to edit it.</span>}
        </label>
      )}
      <TimingFields typed={typed} onChange={change} />
      <TimingPreview timing={timingOfTyped(typed)} />
      <JobFields typed={typed} onChange={change} />
      <PolicyFields typed={typed} onChange={change} />
    </ActionDialog>
  );
}

interface FieldsProps {
  readonly typed: TypedSchedule;
  onChange(this: void, changes: Partial<TypedSchedule>): void;
}

function TimingFields({ typed, onChange }: FieldsProps): VNode {
  return (
    <>
      <label>
        When
        <select
          value={typed.kind}
          onChange={({ currentTarget: { value } }) => onChange({ kind: value as TypedSchedule['kind'] })}
        >
          <option value="cron">at times of the clock (cron)</option>
          <option value="every">in equal steps</option>
        </select>
      </label>
      {typed.kind === 'every' ? (
        <label>
          Every (whole seconds: 300s, 5m, 1h)
          <input
            value={typed.every}
            autocomplete="off"
            onInput={(event) => onChange({ every: event.currentTarget.value })}
          />
        </label>
      ) : (
        <>
          <label>
            Cron: minute, hour, day, month, day of week; seconds may come first
            <input
              value={typed.cron}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => onChange({ cron: event.currentTarget.value })}
            />
          </label>
          <label>
            Time zone
            <input
              value={typed.timeZone}
              list="time-zones"
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => onChange({ timeZone: event.currentTarget.value })}
            />
          </label>
          <datalist id="time-zones">
            {Intl.supportedValuesOf('timeZone').map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </>
  );
}

function JobFields({ typed, onChange }: FieldsProps): VNode {
  const types = useJobTypes();
  return (
    <fieldset>
      <legend>Job</legend>
      <label>
        Type
        <select
          value={typed.type}
          required
          onChange={(event) => onChange({ type: event.currentTarget.value })}
        >
          <option value="">choose one</option>
          {/* A type that nobody serves now stays what it is. */}
          {[...new Set([...(types.data?.items.map(({ type }) => type) ?? []), typed.type])]
            .filter((type) => type !== '')
            .map((type) => (
              <option key={type} value={type}>
                {type}
              </option>
            ))}
        </select>
      </label>
      <JsonField label="Payload" text={typed.payload} onChange={(payload) => onChange({ payload })} />
      <label>
        Priority
        <select
          value={typed.priority}
          onChange={({ currentTarget: { value } }) =>
            onChange({ priority: value as TypedSchedule['priority'] })
          }
        >
          <option value="">that of the type</option>
          {optionsOf(priorityTexts)}
        </select>
      </label>
      <label>
        Submitted for
        <input
          value={typed.submittedFor}
          maxLength={256}
          placeholder="nobody"
          onInput={(event) => onChange({ submittedFor: event.currentTarget.value })}
        />
      </label>
    </fieldset>
  );
}

// The lists of the contracts would bring their schemas with them.
const priorityTexts = { high: 'high', normal: 'normal', low: 'low' } satisfies Record<Priority, string>;
const misfireTexts = { skip: 'skip', 'fire-once': 'make one job for all of them' } satisfies Record<
  ScheduleView['misfire'],
  string
>;
const overlapTexts = { allow: 'make the next one all the same', skip: 'skip' } satisfies Record<
  ScheduleView['overlap'],
  string
>;

function optionsOf(texts: Readonly<Record<string, string>>): VNode[] {
  return Object.entries(texts).map(([value, text]) => (
    <option key={value} value={value}>
      {text}
    </option>
  ));
}

function PolicyFields({ typed, onChange }: FieldsProps): VNode {
  return (
    <>
      <label>
        Times that were missed by more than a minute
        <select
          value={typed.misfire}
          onChange={({ currentTarget: { value } }) =>
            onChange({ misfire: value as TypedSchedule['misfire'] })
          }
        >
          {optionsOf(misfireTexts)}
        </select>
      </label>
      <label>
        While its last job is unfinished
        <select
          value={typed.overlap}
          onChange={({ currentTarget: { value } }) =>
            onChange({ overlap: value as TypedSchedule['overlap'] })
          }
        >
          {optionsOf(overlapTexts)}
        </select>
      </label>
    </>
  );
}
