import { Topics, type TopicPlan, type TopicSize } from '@jobstream/contracts';
import {
  KafkaConnection,
  kafkaSettingsFromEnv,
  KafkaSettingsError,
  RecordProducer,
  TopicAdmin,
} from '@jobstream/kafka';
import { judgeClock } from './clock-check.js';
import { advice, fault, ok, type Finding } from './finding.js';

const yearMinutes = 365 * 24 * 60;

/** Kafka: whether it answers, how it is set, the topics of this namespace, and its clock beside ours. */
export async function checkKafka(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  let connection: KafkaConnection;
  try {
    connection = new KafkaConnection(kafkaSettingsFromEnv(environment));
  } catch (error) {
    if (!(error instanceof KafkaSettingsError)) throw error;
    return [fault('kafka', error.problems.join('; '), 'docs/configuration.md lists what each setting takes')];
  }
  const admin = new TopicAdmin(connection);
  try {
    const asked = performance.now();
    const brokers = await admin.brokers();
    const says = `${brokers.length} broker${brokers.length === 1 ? '' : 's'} at ${environment.KAFKA_BROKERS}, answered in ${Math.round(performance.now() - asked)} ms`;
    return [
      ok('kafka', says),
      ...judgeBroker(await admin.brokerSettings(brokers[0]!.id)),
      ...(await checkTopics(admin, environment)),
      ...(await checkClock(connection, admin, environment)),
    ];
  } catch (error) {
    const mend = 'see that it runs and that KAFKA_BROKERS, KAFKA_SSL_* and KAFKA_SASL_* are right';
    return [fault('kafka', `${environment.KAFKA_BROKERS}: ${(error as Error).message}`, mend)];
  } finally {
    await admin.stop();
  }
}

/** What of a broker's own settings could lose jobs or offsets. */
export function judgeBroker(settings: ReadonlyMap<string, string>): Finding[] {
  const findings: Finding[] = [];
  const minutes = Number(settings.get('offsets.retention.minutes'));
  if (minutes < yearMinutes) {
    const says = `the place of a group without workers is forgotten after ${Math.round(minutes / 60 / 24)} days`;
    findings.push(advice('offsets', says, `set offsets.retention.minutes=${yearMinutes} on the brokers`));
  }
  if (settings.get('auto.create.topics.enable') === 'true') {
    const says = 'topics come into being by being named, with settings that delete jobs by age';
    findings.push(advice('auto-create', says, 'set auto.create.topics.enable=false on the brokers'));
  }
  return findings;
}

async function checkTopics(admin: TopicAdmin, environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const topics = new Topics(environment.JOBSTREAM_NAMESPACE ?? '');
  const size = (environment.JOBSTREAM_TOPIC_SIZE ?? 'standard') as TopicSize;
  const existing = (await admin.listTopics()).flatMap((name) => topics.planOf(name, size) ?? []);
  const own = topics.plan([], size).filter(({ name }) => existing.every((other) => other.name !== name));
  const plans = [...existing, ...own];
  const names = plans.map(({ name }) => name);
  const [counts, settings] = [await admin.partitionCounts(names), await admin.topicSettings(names)];
  return judgeTopics(plans, counts, settings);
}

/** Only a record's append time says the brokers' time: one without content, as each process writes it. None where the topic is not made yet. */
async function checkClock(
  connection: KafkaConnection,
  admin: TopicAdmin,
  environment: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const topic = new Topics(environment.JOBSTREAM_NAMESPACE ?? '').clock;
  if (!(await admin.partitionCounts([topic])).has(topic)) return [];
  const producer = new RecordProducer(connection);
  await producer.start();
  try {
    await producer.askTime(topic);
    return [judgeClock("Kafka's", producer.brokerClock.now(), Date.now())];
  } catch (error) {
    const mend = `see that this user may write to ${topic}: without the time no job is accepted or started`;
    return [fault('clock', (error as Error).message, mend)];
  } finally {
    await producer.stop();
  }
}

/** The topics as they are beside the topics as they are to be. */
export function judgeTopics(
  plans: readonly Pick<TopicPlan, 'name' | 'partitions' | 'maxMessageBytes' | 'retentionMs'>[],
  counts: ReadonlyMap<string, number>,
  settings: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Finding[] {
  const existing = plans.filter(({ name }) => counts.has(name));
  if (existing.length === 0) return [ok('topics', 'none yet: the services make them when they start')];
  const findings = existing.flatMap(({ name: topic, partitions, maxMessageBytes, retentionMs }) => {
    const of = settings.get(topic);
    const problems: Finding[] = [];
    if (counts.get(topic) !== partitions) {
      const says = `${topic} has ${counts.get(topic)} partitions, not ${partitions}`;
      const mend =
        'keys map to partitions by the count: leave it as it is if JOBSTREAM_TOPIC_SIZE was another when it was made';
      problems.push(advice('topics', says, mend));
    }
    if (retentionMs === undefined && Number(of?.get('retention.ms') ?? -1) >= 0) {
      const says = `${topic} deletes records after ${of!.get('retention.ms')} ms, read or not`;
      problems.push(fault('topics', says, `set retention.ms=-1 on ${topic}: waiting jobs would vanish`));
    }
    if (Number(of?.get('max.message.bytes') ?? Infinity) < maxMessageBytes) {
      const says = `${topic} takes records of ${of!.get('max.message.bytes')} bytes, jobs may have ${maxMessageBytes}`;
      problems.push(fault('topics', says, `set max.message.bytes=${maxMessageBytes} on ${topic}`));
    }
    return problems;
  });
  const missing = plans.length - existing.length;
  const says = `${existing.length} there${missing > 0 ? `, ${missing} to be made by the services` : ''}`;
  return findings.length > 0 ? findings : [ok('topics', says)];
}
