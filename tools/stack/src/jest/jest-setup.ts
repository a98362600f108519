import { startTestStack } from './jest-stack.js';

/** Jest's globalSetup: a broker and a database for the whole run. */
export default async function setUp(): Promise<void> {
  (globalThis as StackHolder).stopTestStack = await startTestStack();
}

/** Jest loads setup and teardown as modules of their own; the global object is what they share. */
export interface StackHolder {
  stopTestStack?: () => Promise<void>;
}
