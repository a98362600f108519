/** The parts of V8's CPU profile (Chrome DevTools Protocol, Profiler.Profile) that are read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    /** Lines and columns from 0. */
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
      readonly columnNumber: number;
    };
  }[];
  /** The node that was on top of the stack, a sample. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Time spent in a module's own code, in shares (0 to 1) of the time that the process was not idle. */
export interface ModuleTime {
  readonly module: string;
  readonly share: number;
  /** Its costliest functions, with shares of the same whole. */
  readonly functions: readonly { readonly name: string; readonly share: number }[];
}

const maxFunctions = 4;

/** Self time by module, the most first. A first entry `idle` has the share of the whole profile instead. */
export function summarize({ nodes, samples, timeDeltas }: CpuProfile): ModuleTime[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const byModule = new Map<string, Map<string, number>>();
  let total = 0;
  let idle = 0;
  samples.forEach((sample, index) => {
    const { functionName, url } = frames.get(sample)!;
    const time = timeDeltas[index]!;
    total += time;
    if (functionName === '(idle)') return void (idle += time);
    const functions = byModule.get(moduleOf(functionName, url)) ?? new Map<string, number>();
    byModule.set(moduleOf(functionName, url), functions);
    functions.set(functionName, (functions.get(functionName) ?? 0) + time);
  });
  const busy = total - idle;
  const modules = [...byModule].map(([module, functions]) => {
    const sorted = [...functions].sort(([, a], [, b]) => b - a);
    return {
      module,
      share: sorted.reduce((sum, [, time]) => sum + time, 0) / busy,
      functions: sorted.slice(0, maxFunctions).map(([name, time]) => ({ name, share: time / busy })),
    };
  });
  return [
    { module: 'idle', share: idle / total, functions: [] },
    ...modules.sort((a, b) => b.share - a.share),
  ];
}

/** `libs/kafka/record-batch`, `npm zod`, `node net`, or what V8 calls its own work. */
export function moduleOf(functionName: string, url: string): string {
  const vendor = /\/node_modules\/(?!.*\/node_modules\/)((?:@[^/]+\/)?[^/]+)\//.exec(url);
  if (vendor && !vendor[1]!.startsWith('@jobstream/')) return `npm ${vendor[1]}`;
  const own = /\/((?:apps|libs)\/[^/]+)\/(?:dist|src)\/(.+)\.[jt]s$/.exec(url);
  if (own) return `${own[1]}/${own[2]}`;
  if (url.startsWith('node:')) return `node ${url.slice('node:'.length)}`;
  return functionName.startsWith('(') ? functionName : 'V8 and native code';
}
