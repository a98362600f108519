// npm run doctor: looks at everything the platform needs, says what is wrong and what to do about it.
import { parseArgs } from 'node:util';
import { readVariable } from '../environment.js';
import { readHost } from '../addresses/listen-address.js';
import { outliveOutput } from '../output/outlive-output.js';
import { findDatabaseUrl } from '../postgres/postgres-server.js';
import { listRunning } from '../status.js';
import { findWorkplace, type Workplace } from '../workplace.js';
import { describeFindings, ok, type Finding } from './finding.js';
import { checkKafka } from './kafka-checks.js';
import { checkDisk, checkJava, checkPort } from './machine-checks.js';
import { checkPostgres } from './postgres-checks.js';

const help = `npm run doctor -- [--json]

Looks at what Jobstream needs on this machine and beyond: Node, Java, the API's port, disk, Kafka with its settings and
topics, Postgres, and their clocks. Reads the same environment as npm start, and changes nothing: Kafka's time comes by a
record without content on jobs.clock, which nobody reads.

  --json   the findings for a program: [{subject, state, says, mend?}]
  --help   this text

Exit code: 0 when nothing is in the way, 1 when something needs mending.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return void process.stdout.write(help);
  const findings = await examine(findWorkplace());
  process.stdout.write(
    values.json ? `${JSON.stringify(findings, undefined, 2)}\n` : describeFindings(findings),
  );
  process.exitCode = findings.some(({ state }) => state === 'fault') ? 1 : 0;
}

async function examine(workplace: Workplace): Promise<Finding[]> {
  const environment = backingOf(workplace);
  const embedded = readVariable('KAFKA_BROKERS') === undefined;
  return [
    ok('node', `${process.versions.node}`),
    ...(embedded ? [await checkJava()] : []),
    await checkPort(Number(readVariable('PORT') ?? 3000), readHost(), workplace),
    checkDisk(workplace.home),
    ...(environment.KAFKA_BROKERS
      ? await checkKafka(environment)
      : [ok('kafka', 'embedded, not running: npm start starts it')]),
    ...(environment.DATABASE_URL
      ? await checkPostgres(environment)
      : [ok('postgres', 'embedded, not running: npm start starts it')]),
  ];
}

/** The environment that the services would get: where Kafka and Postgres are named, or run here. */
function backingOf(workplace: Workplace): NodeJS.ProcessEnv {
  const running = listRunning(workplace);
  const brokers = running
    ?.filter(({ service }) => service === 'kafka')
    .map(({ port }) => `127.0.0.1:${port}`);
  const embedded = {
    ...(brokers && brokers.length > 0 && { KAFKA_BROKERS: brokers.join(','), JOBSTREAM_TOPIC_SIZE: 'small' }),
    ...(running && { DATABASE_URL: findDatabaseUrl(workplace.postgres) }),
  };
  const given = Object.entries(process.env).filter(([, value]) => value?.trim());
  return { ...embedded, ...Object.fromEntries(given) };
}

outliveOutput();
try {
  await main();
} catch (error) {
  console.error(`${(error as Error).message}\nSee: npm run doctor -- --help`);
  process.exitCode = 2;
}
