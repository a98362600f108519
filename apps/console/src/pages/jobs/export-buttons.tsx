import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { ListOptions } from '@jobstream/client';
import { FailureNotice } from '../../parts/action-dialog.js';
import { writeCount } from '../../numbers/count.js';
import { client } from '../../server/connection.js';
import { failureOf, type Failure } from '../../server/failure.js';
import { exportJobs, type ExportForm } from './job-export.js';

const limit = 500;
const contentTypes: Readonly<Record<ExportForm, string>> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
};

/** Saves all jobs that match as a file, up to a bound. */
export function ExportButtons({ conditions }: { readonly conditions: ListOptions }): VNode {
  const [told, setTold] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | undefined>(undefined);
  const save = async (form: ExportForm) => {
    setBusy(true);
    setFailure(undefined);
    try {
      const readPage = (cursor: string | undefined) =>
        client.listPage({ ...conditions, cursor, limit, payload: true });
      const { lines, isCut } = await exportJobs(form, readPage, (count) =>
        setTold(`${writeCount(count)} jobs read…`),
      );
      download(new Blob([...lines], { type: contentTypes[form] }), `jobs.${form}`);
      setTold(isCut ? 'The file holds only the newest of them: narrow the filter for the rest.' : 'Saved.');
    } catch (error) {
      setTold('');
      setFailure(failureOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" disabled={isBusy} onClick={() => void save('ndjson')}>
        Save as NDJSON
      </button>
      <button type="button" disabled={isBusy} onClick={() => void save('csv')}>
        Save as CSV
      </button>
      <span role="status">{told}</span>
      {failure && <FailureNotice of={failure} />}
    </>
  );
}

function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
