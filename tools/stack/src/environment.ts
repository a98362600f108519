/** The variables of a process. */
export type Environment = Record<string, string | undefined>;

/** A variable; one that is empty counts as not set. */
export function readVariable(name: string, environment: Environment = process.env): string | undefined {
  const value = environment[name];
  return value === '' ? undefined : value;
}

/** Our own variables without some of them, for a child that these must not reach. */
export function environmentWithout(...names: string[]): Environment {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !names.includes(name)));
}
