/** What was found about one thing that the platform needs. */
export interface Finding {
  readonly subject: string;
  /** `advice`: works, but could be better; `fault`: does not work. */
  readonly state: 'ok' | 'advice' | 'fault';
  readonly says: string;
  /** What to do about it; there for everything that is not ok. */
  readonly mend?: string;
}

/** All is well with it. */
export function ok(subject: string, says: string): Finding {
  return { subject, state: 'ok', says };
}

/** It works; `mend` would make it better. */
export function advice(subject: string, says: string, mend: string): Finding {
  return { subject, state: 'advice', says, mend };
}

/** It does not work before `mend` is done. */
export function fault(subject: string, says: string, mend: string): Finding {
  return { subject, state: 'fault', says, mend };
}

const marks = { ok: '✓', advice: '!', fault: '✗' } as const;

/** The findings for a person, a line each and what to do below it. */
export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  const lines = findings.flatMap(({ subject, state, says, mend }) => [
    `${marks[state]} ${subject.padEnd(width)}  ${says}`,
    ...(mend === undefined ? [] : [`  ${' '.repeat(width)}  → ${mend}`]),
  ]);
  const faults = findings.filter(({ state }) => state === 'fault').length;
  const verdict =
    faults === 0
      ? 'Nothing is in the way.'
      : `${faults} ${faults === 1 ? 'thing needs' : 'things need'} mending.`;
  return `${lines.join('\n')}\n${verdict}\n`;
}
