import { isLoopback, SettingsError, type CommonSettings } from '@jobstream/runtime';
import { z } from 'zod';

/** Whether requests need an API key. */
export const accessSettings = z.object({
  /** Default: only where others than this machine can reach the server; there it can't be turned off. */
  API_KEYS_REQUIRED: z.enum(['true', 'false']).optional(),
});

/**
 * Whether every request needs a key.
 * @throws SettingsError when it is turned off on an address that others can reach
 */
export function areKeysRequired(
  { HOST }: Pick<CommonSettings, 'HOST'>,
  { API_KEYS_REQUIRED }: z.infer<typeof accessSettings>,
): boolean {
  if (isLoopback(HOST)) return API_KEYS_REQUIRED === 'true';
  if (API_KEYS_REQUIRED !== 'false') return true;
  throw new SettingsError(
    `Settings: API_KEYS_REQUIRED=false leaves HOST=${HOST} open to whoever reaches it. ` +
      'Take it away, or listen on 127.0.0.1 behind a proxy that lets only the right ones in.',
  );
}
