import { describe, expect, it } from '@jest/globals';
import { completionsOf } from './filter-completion.js';

const names = { types: ['image.thumbnail', 'probe.run'], queues: ['image', 'probe'] };
const offered = (text: string, caret = text.length) =>
  completionsOf(text, caret, names).map(({ text: offer, from }) => text.slice(0, from) + offer);

describe('the completion of a filter', () => {
  it('offers the fields that begin as the term does', () => {
    expect(offered('p')).toEqual(['priority:', 'payload.', 'parent:']);
    expect(offered('state:running -qu')).toEqual(['state:running -queue:']);
  });

  it('offers no time after a minus, which takes none', () => {
    expect(offered('since')).toEqual(['since:']);
    expect(offered('-since')).toEqual([]);
  });

  it('offers the words, queues and types of the field, also after a comma', () => {
    expect(offered('state:s')).toEqual(['state:scheduled', 'state:succeeded']);
    expect(offered('queue:image,')).toEqual(['queue:image,image', 'queue:image,probe']);
    expect(offered('-type:image')).toEqual(['-type:image.thumbnail']);
  });

  it('looks at the term before the caret alone', () => {
    expect(offered('qu state:running', 2)).toEqual(['queue:']);
  });

  it('offers nothing within quotes, for free text, and for a field that there is not', () => {
    expect(['for:"a st', 'message:a', 'constructor:a'].flatMap((text) => offered(text))).toEqual([]);
  });
});
