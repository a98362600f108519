import { signal } from '@preact/signals';
import { isGranted, type CallerView, type Scope } from '@jobstream/contracts/rest';
import { client, isRefused } from './connection.js';
import { failureOf, type Failure } from './failure.js';

/** Who uses the console; undefined until the API has said so. */
export const caller = signal<CallerView | undefined>(undefined);
/** Why the API could not say who uses the console. */
export const callerFailure = signal<Failure | undefined>(undefined);

const againMs = 2_000;

/** Asks until the API has said who uses the console. */
export async function readCaller(): Promise<void> {
  try {
    caller.value = await client.access.readCaller();
    callerFailure.value = undefined;
    isRefused.value = false;
  } catch (error) {
    if (isRefused.value) return;
    callerFailure.value = failureOf(error);
    setTimeout(() => void readCaller(), againMs);
  }
}

/** @throws ProblemError `unauthenticated` */
export async function signIn(key: string): Promise<void> {
  caller.value = await client.access.signIn(key);
  // A browser that does not keep the cookie is found out here.
  caller.value = await client.access.readCaller();
  isRefused.value = false;
}

export async function signOut(): Promise<void> {
  await client.access.signOut();
  caller.value = undefined;
  isRefused.value = true;
}

/** Whether the caller may do what needs this scope. The server decides; this only shows it beforehand. */
export function may(scope: Scope): boolean {
  return caller.value !== undefined && isGranted(caller.value.scopes, scope);
}
