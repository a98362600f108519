import { alternate, judge, type Failure, type Measured } from './alternate.js';
import type { Contest, Figure } from './figure.js';
import type { BenchOptions } from './options.js';
import type { Peer } from './peers/peer.js';
import type { PeerName } from './peers/peer-names.js';
import { preparePeer, type PeerSide } from './peers/peer-sides.js';
import type { Result } from './report.js';
import { formatSample } from './report-text.js';
import type { Stand } from './stand.js';
import { withinMinutes } from './time-limit.js';

/** A step that takes so long has failed: a process that it asked may be gone. */
const stepMinutes = 10;

/** What is measured with, and where progress is told. */
export interface Comparison {
  readonly stand: Stand;
  readonly options: BenchOptions;
  readonly peers: readonly Peer[];
  readonly say: (line: string) => void;
}

/** Measures a figure: the platform and its rivals in turns. What fails is told in the result, and never thrown. */
export async function compare(comparison: Comparison, figure: Figure): Promise<Result> {
  const { options, say } = comparison;
  const failures: Failure[] = [];
  say(`${figure.name}: preparing`);
  const contest = await prepare(comparison, figure, failures);
  if (!contest) return resultOf(figure, { platform: [] }, failures);
  const { measured, failures: later } = await alternate(contest, options.rounds, (side, round, outcome) =>
    say(`${figure.name}: ${side} ${round} of ${options.rounds}: ${describe(outcome)}`),
  );
  await withinMinutes(stepMinutes, 'Closing', () => contest.close()).catch((error: unknown) =>
    say(`${figure.name}: not all was closed: ${describe(error as Error)}`),
  );
  return resultOf(figure, measured, [...failures, ...later]);
}

/** With the peers among the rivals, where they can do the same. Undefined when the platform itself fails. */
async function prepare(
  { stand, options, peers, say }: Comparison,
  figure: Figure,
  failures: Failure[],
): Promise<Contest | undefined> {
  const tried = async <Done>(side: Failure['side'], act: () => Promise<Done>): Promise<Done | undefined> => {
    try {
      return await withinMinutes(stepMinutes, `Preparing ${side}`, act);
    } catch (error) {
      failures.push({ side, message: (error as Error).message });
      say(`${figure.name}: ${side}: ${describe(error as Error)}`);
      return undefined;
    }
  };
  const contest = await tried('platform', () => figure.prepare(stand, options));
  if (!contest) return undefined;
  const sides: { name: PeerName; side: PeerSide }[] = [];
  for (const peer of peers) {
    const side = await tried(peer.name, () => preparePeer(figure.name, peer, options));
    if (side) sides.push({ name: peer.name, side });
  }
  const measures = sides.map(({ name, side }) => [name, () => side.measure()] as const);
  return {
    platform: () => contest.platform(),
    rivals: { ...contest.rivals, ...Object.fromEntries(measures) },
    close: async () => {
      await Promise.all([contest.close(), ...sides.map(({ side }) => side.close())]);
    },
  };
}

function resultOf(figure: Figure, measured: Measured, failures: readonly Failure[]): Result {
  const { name, title, targets } = figure;
  return { figure: name, title, targets, measured, verdicts: judge(figure, measured), failures };
}

function describe(outcome: Parameters<typeof formatSample>[0] | Error): string {
  return outcome instanceof Error ? `FAILED: ${outcome.stack ?? outcome.message}` : formatSample(outcome);
}
