import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { QueueLimits } from '@jobstream/contracts';
import type { QueueView } from '@jobstream/contracts/rest';
import { ActionDialog } from '../../parts/action-dialog.js';
import { client } from '../../server/connection.js';
import { recentSamplesOf } from '../../server/queue-samples.js';
import { ratesOf } from '../overview/verdict.js';
import { estimateDrain } from './drain-estimate.js';

interface LimitsDialogProps {
  readonly queue: QueueView;
  onClose(this: void): void;
  onDone(this: void): void;
}

/** The fields of the form, as they are typed. */
interface TypedLimits {
  readonly rate: string;
  readonly concurrency: string;
  readonly field: string;
  readonly keyRate: string;
  readonly keyConcurrency: string;
}

/** Changes the limits of a queue, for all its workers together. */
export function LimitsDialog({
  queue: { queue, limits, lag, running },
  onClose,
  onDone,
}: LimitsDialogProps): VNode {
  const [typed, setTyped] = useState<TypedLimits>({
    rate: limits.rate ?? '',
    concurrency: String(limits.concurrency ?? ''),
    field: limits.perKey?.field ?? '',
    keyRate: limits.perKey?.rate ?? '',
    keyConcurrency: String(limits.perKey?.concurrency ?? ''),
  });
  const rates = ratesOf(recentSamplesOf(queue));
  const estimate = estimateDrain(limitsOf(typed), { backlog: lag, running, rates });
  const field = (name: keyof TypedLimits, label: string, placeholder: string) => (
    <label>
      {label}
      <input
        value={typed[name]}
        placeholder={placeholder}
        autocomplete="off"
        onInput={({ currentTarget: { value } }) => setTyped({ ...typed, [name]: value })}
      />
    </label>
  );
  return (
    <ActionDialog
      title={`Limits of ${queue}`}
      verb="Set the limits"
      onClose={onClose}
      onDone={onDone}
      act={() => client.queues.limit(queue, limitsOf(typed))}
    >
      <p>
        They hold for all workers together and replace all limits of the queue. An empty field limits nothing.
      </p>
      {field('rate', 'Starts in a time', '50/s')}
      {field('concurrency', 'Jobs at once', '4')}
      {field('field', 'A field of the payload whose value is a key', 'userId')}
      {field('keyRate', 'Starts in a time, for each key', '5/m')}
      {field('keyConcurrency', 'Jobs at once, for each key', '1')}
      {estimate !== undefined && <p role="status">{estimate}</p>}
    </ActionDialog>
  );
}

function limitsOf({ rate, concurrency, field, keyRate, keyConcurrency }: TypedLimits): QueueLimits {
  const limit = (rateText: string, count: string) => ({
    ...(rateText.trim() !== '' && { rate: rateText.trim() }),
    ...(count.trim() !== '' && { concurrency: Number(count) }),
  });
  const perKey = field.trim() === '' ? undefined : { field: field.trim(), ...limit(keyRate, keyConcurrency) };
  return { ...limit(rate, concurrency), ...(perKey && { perKey }) };
}
