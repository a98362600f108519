/**
 * The rights of an API key:
 * - `submit`: make jobs and store their input;
 * - `read`: see jobs, queues, schedules, reports, metrics;
 * - `operate`: change schedules, queues and jobs; includes `submit` and `read`;
 * - `admin`: API keys and the audit; includes all others.
 */
export const scopes = ['submit', 'read', 'operate', 'admin'] as const;
export type Scope = (typeof scopes)[number];

const included: Readonly<Record<Scope, readonly Scope[]>> = {
  submit: ['submit'],
  read: ['read'],
  operate: ['operate', 'submit', 'read'],
  admin: scopes,
};

/** Whether these scopes include the scope `needed`. */
export function isGranted(granted: readonly Scope[], needed: Scope): boolean {
  return granted.some((scope) => included[scope].includes(needed));
}
