import type { VNode } from 'preact';

export interface ErrorTextProps {
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Why a job was given up; null for one that was not. Default: null. */
  readonly reason?: string | null;
}

/** The error of a job: its code and its message, after the reason for which the job was given up. */
export function ErrorText({ error, reason = null }: ErrorTextProps): VNode {
  return (
    <span class="error-text">
      {reason !== null && <span class="mark">{reason}</span>} {error && <code>{error.code}</code>}{' '}
      {error?.message}
    </span>
  );
}
