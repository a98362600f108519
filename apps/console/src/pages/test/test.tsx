import { useEffect, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { JobTypeView } from '@jobstream/contracts/rest';
import { ActionButton } from '../../parts/action-button.js';
import { FailureNotice } from '../../parts/action-dialog.js';
import { Freshness } from '../../parts/freshness.js';
import { JsonField, readJson, type ReadJson } from '../../parts/json-field.js';
import { CopyButton } from '../../parts/json-text.js';
import { writeShellWord } from '../../parts/shell-word.js';
import { go, hrefOf, place } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { failureOf, type Failure } from '../../server/failure.js';
import { useJobTypes } from '../../server/job-types.js';
import { usePolled } from '../../server/polled.js';
import { fieldsOf, withField, type FormField } from './payload-form.js';
import { RecentPayloads } from './recent-payloads.js';

/** Submits a job of any type: by a form that is made of its schema, or as JSON. */
export function Test(): VNode {
  const chosen = place.value.query.get('type') ?? undefined;
  const types = useJobTypes();
  return (
    <>
      <h1>Test</h1>
      <p>Submits a job, and follows it.</p>
      <Freshness of={types} />
      <label>
        Job type
        <select
          data-filter
          value={chosen ?? ''}
          onChange={({ currentTarget: { value } }) => go(hrefOf('test', undefined, { type: value }))}
        >
          <option value="">choose one</option>
          {types.data?.items.map(({ type }) => (
            <option key={type} value={type}>
              {type}
            </option>
          ))}
        </select>
      </label>
      {types.data?.items.length === 0 && (
        <p class="muted">No job type yet. A worker that starts publishes its types.</p>
      )}
      {chosen !== undefined && <ChosenType key={chosen} name={chosen} />}
    </>
  );
}

function ChosenType({ name }: { readonly name: string }): VNode {
  const type = usePolled((signal) => client.jobTypes.read(name, { signal }), {
    key: name,
    everyMs: Infinity,
  });
  return (
    <>
      <Freshness of={type} />
      {type.data && <SubmitForm type={type.data} />}
    </>
  );
}

function SubmitForm({ type }: { readonly type: JobTypeView }): VNode {
  const [text, setText] = useState(JSON.stringify(type.example ?? {}, null, 2));
  const [submittedFor, setSubmittedFor] = useState('');
  const [delay, setDelay] = useState('');
  const [failure, setFailure] = useState<Failure | undefined>(undefined);
  const read = readJson(text);
  const options = {
    ...(submittedFor.trim() !== '' && { submittedFor: submittedFor.trim() }),
    ...(delay.trim() !== '' && { delay: delay.trim() }),
  };
  const submit = async () => {
    if ('fault' in read) return;
    try {
      // Without a key the API needs no Postgres to accept it. A person sees when an answer is lost.
      const { id } = await client.submit(type.type, read.value, { ...options, idempotencyKey: false });
      go(hrefOf('jobs', id));
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  const job = JSON.stringify({ type: type.type, payload: 'fault' in read ? {} : read.value, ...options });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <PayloadFields fields={fieldsOf(type.payload)} read={read} onChange={setText} />
      <details open={fieldsOf(type.payload).length === 0}>
        <summary>The payload as JSON</summary>
        <JsonField label="Payload" text={text} onChange={setText} />
      </details>
      <RecentPayloads
        type={type.type}
        onChoose={(payload) => setText(JSON.stringify(payload ?? null, null, 2))}
      />
      <label>
        Submitted for
        <input
          value={submittedFor}
          maxLength={256}
          placeholder="nobody"
          onInput={(event) => setSubmittedFor(event.currentTarget.value)}
        />
      </label>
      <label>
        Delay
        <input
          value={delay}
          placeholder="none; 30s, 10m"
          onInput={(event) => setDelay(event.currentTarget.value)}
        />
      </label>
      {failure && <FailureNotice of={failure} />}
      <p class="actions">
        <ActionButton scope={type.submitScope} onClick={() => void submit()}>
          Submit
        </ActionButton>
        <CopyButton text={curlOf(job)}>Copy as curl</CopyButton>
        <CopyButton text={typescriptOf(type.type, read)}>Copy as TypeScript</CopyButton>
        <CopyButton text={pythonOf(job)}>Copy as Python</CopyButton>
      </p>
    </form>
  );
}

interface PayloadFieldsProps {
  readonly fields: readonly FormField[];
  readonly read: ReadJson;
  onChange(this: void, text: string): void;
}

function PayloadFields({ fields, read, onChange }: PayloadFieldsProps): VNode | null {
  if (fields.length === 0) return null;
  if ('fault' in read) return <p class="muted">The JSON has a fault: mend it to see the form.</p>;
  const values = (read.value ?? {}) as Readonly<Record<string, unknown>>;
  return (
    <fieldset>
      <legend>Payload</legend>
      {fields.map((field) => (
        <PayloadField
          key={field.name}
          field={field}
          value={values[field.name]}
          onChange={(value) => onChange(JSON.stringify(withField(read.value, field.name, value), null, 2))}
        />
      ))}
    </fieldset>
  );
}

interface PayloadFieldProps {
  readonly field: FormField;
  readonly value: unknown;
  onChange(this: void, value: unknown): void;
}

function PayloadField({ field, value, onChange }: PayloadFieldProps): VNode {
  const { name, kind, options, isRequired, description } = field;
  const hint = description === undefined ? undefined : `hint-of-${name}`;
  const label = `${name}${isRequired ? '' : ' (may be left out)'}`;
  return (
    <>
      <label>
        {label}
        {kind === 'choice' || kind === 'yes_no' ? (
          <select
            value={value === undefined ? '' : writeValue(value)}
            aria-describedby={hint}
            onChange={({ currentTarget: { value: chosen } }) =>
              onChange(chosen === '' ? undefined : kind === 'choice' ? chosen : chosen === 'true')
            }
          >
            <option value="">left out</option>
            {(kind === 'choice' ? options : ['true', 'false']).map((option) => (
              <option key={option} value={option}>
                {option}
              </option>
            ))}
          </select>
        ) : (
          <TypedField kind={kind} value={value} hint={hint} onChange={onChange} />
        )}
      </label>
      {hint !== undefined && (
        <p class="muted" id={hint}>
          {description}
        </p>
      )}
    </>
  );
}

interface TypedFieldProps {
  readonly kind: FormField['kind'];
  readonly value: unknown;
  readonly hint: string | undefined;
  onChange(this: void, value: unknown): void;
}

/** A text as it is; numbers and whatever is no single value as JSON, which is taken once it can be read. */
function TypedField({ kind, value, hint, onChange }: TypedFieldProps): VNode {
  const written = value === undefined ? '' : kind === 'json' ? JSON.stringify(value) : writeValue(value);
  const [typed, setTyped] = useState(written);
  useEffect(() => setTyped(written), [written]);
  const read = kind === 'text' ? { value: typed } : readJson(typed);
  const change = (text: string) => {
    setTyped(text);
    const changed = kind === 'text' ? { value: text } : readJson(text);
    if (text === '') onChange(undefined);
    else if ('value' in changed) onChange(changed.value);
  };
  return (
    <input
      value={typed}
      inputMode={kind === 'number' ? 'decimal' : undefined}
      autocomplete="off"
      aria-invalid={typed !== '' && 'fault' in read}
      aria-describedby={hint}
      onInput={(event) => change(event.currentTarget.value)}
    />
  );
}

/** A text as it is, anything else as JSON. */
function writeValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function curlOf(job: string): string {
  return `curl -s ${location.origin}/v1/jobs -H 'content-type: application/json' -d ${writeShellWord(job)}`;
}

/** A text of JSON is one of Python too. */
function pythonOf(job: string): string {
  const url = JSON.stringify(`${location.origin}/v1/jobs`);
  return [
    'from urllib.request import Request, urlopen',
    `job = ${JSON.stringify(job)}`,
    `request = Request(${url}, job.encode(), {"content-type": "application/json"})`,
    'print(urlopen(request).read().decode())',
  ].join('\n');
}

function typescriptOf(type: string, read: ReadJson): string {
  const payload = JSON.stringify('fault' in read ? {} : read.value);
  const made = `const client = new JobstreamClient({ url: ${JSON.stringify(location.origin)} });`;
  return `${made}\nawait client.submit(${JSON.stringify(type)}, ${payload});`;
}
