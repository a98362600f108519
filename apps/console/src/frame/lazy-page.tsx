import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A page whose script is loaded when somebody opens it. */
export function lazyPage(load: () => Promise<FunctionComponent>): FunctionComponent {
  let loaded: FunctionComponent | undefined;
  return function LazyPage() {
    const [Page, setPage] = useState<FunctionComponent | undefined>(() => loaded);
    const [hasFailed, setFailed] = useState(false);
    const keep = (page: FunctionComponent) => {
      loaded = page;
      setPage(() => page);
    };
    useEffect(() => {
      if (!Page) load().then(keep, () => setFailed(true));
    }, []);
    if (Page) return <Page />;
    // A new version of the console has other files.
    return (
      <p role="status">{hasFailed ? 'The page can not be loaded. Load the console again.' : 'Loading…'}</p>
    );
  };
}
