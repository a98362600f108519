import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A page, or a part of one, whose script is loaded when somebody opens it. */
export function lazyPage<Props extends object = Record<never, never>>(
  load: () => Promise<FunctionComponent<Props>>,
): FunctionComponent<Props> {
  let loaded: FunctionComponent<Props> | undefined;
  return function LazyPage(props) {
    const [Page, setPage] = useState<FunctionComponent<Props> | undefined>(() => loaded);
    const [hasFailed, setFailed] = useState(false);
    const keep = (page: FunctionComponent<Props>) => {
      loaded = page;
      setPage(() => page);
    };
    useEffect(() => {
      if (!Page) load().then(keep, () => setFailed(true));
    }, []);
    if (Page) return <Page {...props} />;
    // A new version of the console has other files.
    return (
      <p role="status">{hasFailed ? 'The page can not be loaded. Load the console again.' : 'Loading…'}</p>
    );
  };
}
