import { afterAll, expect, jest } from '@jest/globals';
import { leftBehind } from '@jobstream/testing';

jest.setTimeout(5 * 60_000);

afterAll(() => expect(leftBehind()).toEqual([]));
