import { signal } from '@preact/signals';
import { JobstreamClient } from '@jobstream/client';
import { hearTime } from './server-clock.js';

/** A page shows what it has and asks again by itself, so a call may give up early. */
const timeoutMs = 20_000;

/** Whether the API has refused the session: its key has expired or was revoked, or nobody has signed in. */
export const isRefused = signal(false);

/** The only way in which the console reaches the API. */
export const client = new JobstreamClient({
  url: location.origin,
  isPage: true,
  retries: false,
  timeoutMs,
  fetch: async (input, init) => {
    const response = await fetch(input, init);
    hearTime(response.headers.get('date'));
    if (response.status === 401) isRefused.value = true;
    return response;
  },
});
