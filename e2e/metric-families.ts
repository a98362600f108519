/** A metric as a process exports it. */
export interface MetricFamily {
  readonly name: string;
  /** `untyped` where none is given. */
  readonly type: string;
  readonly help: string;
  /** Of a histogram, its buckets, sum and count too. */
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/**
 * Reads Prometheus' text exposition format, version 0.0.4.
 * @throws Error at a line that is none, and at a sample whose metric was not introduced
 */
export function readMetrics(text: string): MetricFamily[] {
  const families = new Map<
    string,
    { name: string; type: string; help: string; samples: MetricFamily['samples'][number][] }
  >();
  const familyOf = (name: string) => {
    const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''));
    if (!family) throw new Error(`A sample without HELP and TYPE: ${name}`);
    return family;
  };
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, help, helped] = /^# HELP (\S+) (.*)$/.exec(line) ?? [];
    const [, typed, type] = /^# TYPE (\S+) (\w+)$/.exec(line) ?? [];
    const [, name, labels = '', value] = sample.exec(line) ?? [];
    if (help !== undefined) families.set(help, { name: help, type: 'untyped', help: helped!, samples: [] });
    else if (typed !== undefined) familyOf(typed).type = type!;
    else if (name === undefined) throw new Error(`No line of the exposition format: ${line}`);
    else
      familyOf(name).samples.push({
        labels: Object.fromEntries([...labels.matchAll(label)].map(([, key, text]) => [key!, text!])),
        value: Number(value),
      });
  }
  return [...families.values()];
}
