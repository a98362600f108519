import { describe, expect, it } from '@jest/globals';
import { readFilter } from './job-filter.js';
import {
  defaultViews,
  isShown,
  maxNameLength,
  maxViews,
  readViews,
  withView,
  writeViews,
  type SavedView,
} from './saved-views.js';

const ada: SavedView = { name: 'Of Ada', filter: { for: 'ada', q: 'run:>1' }, columns: 'id,state' };

describe('the saved views of jobs', () => {
  it('are those that ship until somebody changes them, and each of these has a filter without faults', () => {
    expect(readViews(null)).toBe(defaultViews);
    for (const { filter } of defaultViews)
      expect(readFilter(filter, Date.UTC(2026, 0, 2)).faults).toEqual({});
  });

  it('are read as they were written', () => {
    const views = withView(defaultViews, ada);
    expect(readViews(writeViews(views))).toEqual(views);
    expect(readViews(writeViews([]))).toEqual([]);
  });

  it.each([['{'], ['null'], ['{"name": "x"}'], ['7']])('are those that ship where %s was kept', (kept) => {
    expect(readViews(kept)).toBe(defaultViews);
  });

  it('leave out what is no view, and cut what is too long or too many', () => {
    const odd = [null, 5, {}, { name: '', filter: {} }, { name: 'x', filter: null }, { name: 7, filter: {} }];
    expect(readViews(JSON.stringify([...odd, ada]))).toEqual([ada]);
    const strange = { name: 'y'.repeat(500), filter: { state: 5, for: 'ada', cursor: 'x' }, columns: 9 };
    expect(readViews(JSON.stringify([strange]))).toEqual([
      { name: 'y'.repeat(maxNameLength), filter: { for: 'ada' } },
    ]);
    expect(readViews(JSON.stringify(Array.from({ length: 500 }, () => ada)))).toHaveLength(maxViews);
  });

  it('replace one of the same name at its place, and let the oldest go where there are too many', () => {
    const [first, ...others] = defaultViews;
    expect(withView(defaultViews, { ...ada, name: first!.name })).toEqual([
      { ...ada, name: first!.name },
      ...others,
    ]);
    const full = Array.from({ length: maxViews }, (_, at) => ({ name: `${at}`, filter: {} }));
    const names = withView(full, ada).map(({ name }) => name);
    expect([names.length, names[0], names.at(-1)]).toEqual([maxViews, '1', 'Of Ada']);
  });

  it('are the one that is shown only with the same filter and columns', () => {
    expect(isShown(ada, { q: 'run:>1', for: 'ada' }, 'id,state')).toBe(true);
    expect(isShown(ada, { for: 'ada' }, 'id,state')).toBe(false);
    expect(isShown(ada, ada.filter, undefined)).toBe(false);
  });
});
