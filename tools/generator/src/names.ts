/** A name that nothing can be generated under. Its message says which names are. */
export class NameError extends Error {}

/** A queue, an app or a table: lower case words joined by dashes. */
const wordsPattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** A job type: words joined by dots, `invoice.send`. */
const typePattern = /^[a-z][a-z0-9]*([.-][a-z0-9]+)*$/;

/** @throws NameError unless the name is of lower case words joined by dashes */
export function checkWords(name: string, what: string): string {
  if (wordsPattern.test(name)) return name;
  throw new NameError(
    `"${name}" is no name for ${what}: use lower case words joined by dashes, like billing-runs.`,
  );
}

/** @throws NameError unless the name is that of a job type */
export function checkType(name: string): string {
  if (typePattern.test(name)) return name;
  throw new NameError(
    `"${name}" is no job type: use lower case words joined by dots or dashes, like invoice.send.`,
  );
}

/** `invoice.send` and `invoice-send` become `invoiceSend`. */
export function toCamel(name: string): string {
  return name.replaceAll(/[.-]([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `invoice.send` becomes `InvoiceSend`. */
export function toPascal(name: string): string {
  const camel = toCamel(name);
  return camel[0]!.toUpperCase() + camel.slice(1);
}

/** `invoice.send` becomes `invoice-send`: the name of a file. */
export function toKebab(name: string): string {
  return name.replaceAll('.', '-');
}

/** `billing-runs` becomes `billing_runs`: the name of a table. */
export function toSnake(name: string): string {
  return name.replaceAll('-', '_');
}
