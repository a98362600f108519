import { delimiter } from 'node:path';
import type { Environment } from '../environment.js';
import { provideJars, readJarLock } from '../java/jars.js';
import { javaEnvironment, provideJava } from '../java/java-runtime.js';
import { openUserCache } from '../user-cache.js';
import { DEFAULT_KAFKA_VERSION, readKafkaLock } from './kafka-distribution.js';

/** How Kafka's own command-line programs are started. */
export interface KafkaTools {
  /** Path of the `java` program. */
  readonly command: string;
  /** Its first arguments; the class of the program and its arguments follow. */
  readonly args: readonly string[];
  readonly env: Environment;
}

/**
 * Kafka's command-line programs, which use the Java client, on the Java of the embedded broker. What they need is fetched at the
 * first call and cached for this user.
 * @throws Error when something can't be fetched
 */
export async function provideKafkaTools(): Promise<KafkaTools> {
  const cache = openUserCache();
  const silent = () => undefined;
  const version = DEFAULT_KAFKA_VERSION;
  const tools = { name: `Kafka's tools ${version}`, jars: readJarLock('kafka-tools', version)! };
  const java = await provideJava(cache, silent);
  const broker = await provideJars(readKafkaLock(version), cache, silent);
  const classPath = [...(await provideJars(tools, cache, silent)), ...broker].join(delimiter);
  // They run for a second: code that is compiled sooner and runs slower suits them.
  const args = ['-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', '-cp', classPath];
  return { command: java.command, args, env: javaEnvironment() };
}
