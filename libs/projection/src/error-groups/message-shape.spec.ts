import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shapeOfMessage } from './message-shape.js';

describe('the shape of a message', () => {
  it.each([
    ["ENOENT: no such file or directory, open '/tmp/a/17.jpg'", 'ENOENT: no such file or directory, open #'],
    ['connect ECONNREFUSED 10.0.0.7:5432', 'connect ECONNREFUSED #'],
    ['Order 4711 of ada@example.org is gone', 'Order # of # is gone'],
    ['No image 01890a5d-ac96-774b-bcce-b302099a8057 (sha 3f786850e3)', 'No image # (sha #)'],
    ['GET https://api.example.org/v1/x?id=7 answered 503', 'GET # answered #'],
    ['Sizes 1, 2, 3 do not fit', 'Sizes # do not fit'],
    ["It can't be, said the worker's own clock", "It can't be, said the worker's own clock"],
    ['Unexpected token in JSON: {"a":"b"}', 'Unexpected token in JSON: {#}'],
    ['  spread\n\tover   lines ', 'spread over lines'],
    ['', ''],
  ])('keeps what every job would say: %s', (message, shape) => {
    expect(shapeOfMessage(message)).toBe(shape);
  });

  const values = fc.oneof(
    fc.nat().map(String),
    fc.uuid(),
    fc.ipV4(),
    fc.stringMatching(/^(\/[\w.-]{1,9}){1,5}$/),
    fc.stringMatching(/^[a-z.+]{1,9}@[a-z]{2,9}\.org$/),
    fc.stringMatching(/^[a-z ]{0,20}$/).map((text) => `"${text}"`),
    fc.stringMatching(/^[0-9a-f]{40}$/),
  );

  it('is the same whatever the numbers, ids, addresses, paths and quoted values', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const write = (first: string, second: string) =>
          `Could not read ${first} of the user ${second} in time`;
        expect(shapeOfMessage(write(a, b))).toBe(shapeOfMessage(write(c, '7')));
      }),
    );
  });

  it('is bounded and made at once, whatever is written', () => {
    const hostile = [
      '"',
      "'",
      '“',
      '`',
      '#',
      'a',
      'a-',
      '/',
      '@',
      '1',
      ' ',
      '\u0000',
      '😀',
      "a' 'a",
      'a.b:',
      '((((',
    ].map((part) => part.repeat(262_144 / part.length));
    const begun = performance.now();
    for (const message of hostile) expect(shapeOfMessage(message).length).toBeLessThanOrEqual(300);
    expect(performance.now() - begun).toBeLessThan(1_000);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (message) => {
        expect(shapeOfMessage(message).length).toBeLessThanOrEqual(300);
      }),
    );
  });
});
