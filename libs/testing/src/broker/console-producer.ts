import { provideKafkaTools } from '@jobstream/stack';
import { runProgram } from '../processes/run-program.js';
import { stackAddress } from './namespace.js';

/**
 * Writes lines to a topic of the test run's broker by Kafka's own console producer, which uses the Java client. A line has headers, key
 * and value with tabs between: `name:value,name:value	key	value`.
 * @throws Error with the output of the producer when it fails
 */
export async function produceByConsole(topic: string, lines: readonly string[]): Promise<void> {
  const { command, args, env } = await provideKafkaTools();
  const producer = [
    'org.apache.kafka.tools.ConsoleProducer',
    `--topic=${topic}`,
    `--bootstrap-server=${stackAddress('KAFKA_BROKERS')}`,
    '--reader-property=parse.key=true',
    '--reader-property=parse.headers=true',
  ];
  const input = `${lines.join('\n')}\n`;
  const { stderr } = await runProgram(command, [...args, ...producer], { env, input });
  // It ends with 0 after a record that the broker refused, too.
  if (/error/i.test(stderr)) throw new Error(`The console producer could not write to ${topic}:\n${stderr}`);
}
