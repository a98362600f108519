import { afterAll, expect } from '@jest/globals';
import { leftBehind } from '@jobstream/testing';

afterAll(() => expect(leftBehind()).toEqual([]));
