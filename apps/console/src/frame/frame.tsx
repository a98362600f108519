import { useEffect, useRef } from 'preact/hooks';
import type { VNode } from 'preact';
import { openedByKey } from '../keys/keyboard.js';
import { isUtc, showUtc } from '../parts/moment.js';
import { isPast, shownAt } from '../place/past.js';
import { hrefOf, place } from '../place/place.js';
import { caller, callerFailure, may, signOut } from '../server/caller.js';
import { isRefused } from '../server/connection.js';
import { GoTo } from './go-to.js';
import { KeyHelp } from './key-help.js';
import { pageList, type PageEntry } from './page-list.js';
import { PastBanner } from './past-banner.js';
import { SignIn } from './sign-in.js';

/** The console: its menu, the page that the URL names, and the dialogs that may be open over it. */
export function Frame(): VNode {
  return (
    <>
      <a class="skip" href="#page">
        To the page
      </a>
      <header>
        <a class="name" href={hrefOf('')}>
          Jobstream
        </a>
        <button type="button" class="menu-button" popovertarget="menu">
          Menu
        </button>
        <Menu />
        <Who />
      </header>
      <main id="page" tabIndex={-1}>
        {callerFailure.value && !caller.value && (
          <p class="notice" role="status">
            <strong>{callerFailure.value.text}</strong> <code>{callerFailure.value.code}</code>
          </p>
        )}
        <PastBanner />
        <ShownPage />
      </main>
      {isRefused.value && <SignIn />}
      {openedByKey.value === 'help' && <KeyHelp onClose={() => closeOpened('help')} />}
      {openedByKey.value === 'go-to' && <GoTo onClose={() => closeOpened('go-to')} />}
    </>
  );
}

/** A dialog tells that it was closed a little later: another may be open by then. */
function closeOpened(dialog: 'help' | 'go-to'): void {
  if (openedByKey.value === dialog) openedByKey.value = undefined;
}

function Menu(): VNode {
  const menu = useRef<HTMLElement>(null);
  const { page } = place.value;
  useEffect(() => {
    if (menu.current?.matches(':popover-open')) menu.current.hidePopover();
  }, [page]);
  return (
    <nav id="menu" popover="auto" ref={menu} aria-label="Pages">
      {pageList.map(({ name, title }) => (
        <a key={name} href={hrefOf(name)} aria-current={name === page ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}

function Who(): VNode {
  const who = caller.value;
  return (
    <div class="who">
      <button type="button" onClick={() => showUtc(!isUtc.value)}>
        Times: {isUtc.value ? 'UTC' : 'local'}
      </button>
      <button type="button" onClick={() => (openedByKey.value = 'help')}>
        Keys <kbd aria-hidden="true">?</kbd>
      </button>
      {who?.keysRequired && (
        <>
          <span>
            {who.owner} <span class="muted">({who.scopes.join(', ')})</span>
          </span>
          <button type="button" onClick={() => void signOut()}>
            Sign out
          </button>
        </>
      )}
    </div>
  );
}

function ShownPage(): VNode {
  const { page, item } = place.value;
  const entry = pageList.find(({ name }) => name === page);
  useEffect(() => {
    document.title = `${[item, entry?.title ?? 'No such page'].filter(Boolean).join(' · ')} · Jobstream`;
  }, [page, item]);
  if (!entry || (item !== undefined && !entry.showItem))
    return (
      <>
        <h1>No such page</h1>
        <p>
          The console has no page of this address. <a href={hrefOf('')}>To the overview</a>
        </p>
      </>
    );
  if (caller.value && !may(entry.scope)) return <Forbidden entry={entry} />;
  return isPast.value ? <EnteredPast entry={entry} item={item} /> : <Entered entry={entry} item={item} />;
}

interface EnteredProps {
  readonly entry: PageEntry;
  readonly item: string | undefined;
}

/** Another page or another item is another component: nothing of the one before stays. */
function Entered({ entry: { name, show: Page, showItem: Item }, item }: EnteredProps): VNode {
  return item !== undefined && Item ? <Item key={`${name}/${item}`} item={item} /> : <Page key={name} />;
}

/** The past of a page, or of one of its items, as far as it is kept. */
function EnteredPast({ entry: { name, title, past }, item }: EnteredProps): VNode {
  const { show: Page, showItem: Item, notKept } = past;
  if (shownAt.value === undefined) return <h1>{title}</h1>;
  if (item !== undefined && Item) return <Item key={`${name}/${item}`} item={item} />;
  if (item === undefined && Page) return <Page key={name} />;
  return (
    <>
      <h1>{[title, item].filter(Boolean).join(' ')}</h1>
      <p>{notKept}</p>
    </>
  );
}

function Forbidden({ entry: { title, scope } }: { readonly entry: PageEntry }): VNode {
  return (
    <>
      <h1>{title}</h1>
      <p class="notice" role="status">
        This page needs a key with the scope <code>{scope}</code>. The key of this session has{' '}
        <code>{caller.value!.scopes.join(', ')}</code>.
      </p>
    </>
  );
}
