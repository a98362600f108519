// Writes <program>-<version>.lock.json: every jar that a Java program of ours needs, with its size and SHA-256.
// Needs Maven and the network, once for each new version; users of the lock file need neither Maven nor this script.
//
//   node tools/stack/lock-jars.mjs kafka 4.3.1
//   node tools/stack/lock-jars.mjs kafka-tools 4.3.1
//   node tools/stack/lock-jars.mjs s3mock 4.11.0
//
// Maven resolves the run-time dependencies. The POM of kafka_2.13 names neither Kafka Connect nor its jersey and jetty
// jars; slf4j-simple is added because it leaves the choice of a logger to the distribution. kafka-tools is the one jar of
// Kafka's command-line programs, which run with the broker's jars beside it. The S3 server takes the
// parser of the AWS SDK's exceptions from the SDK's client, whose ways to the network it never uses; it is built with
// the newer slf4j that is named.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [program, version] = process.argv.slice(2);
const jarsOf = { kafka: kafkaJars, 'kafka-tools': kafkaToolsJars, s3mock: s3mockJars };
if (!Object.hasOwn(jarsOf, program ?? '') || !/^\d+\.\d+\.\d+$/.test(version ?? '')) {
  const programs = Object.keys(jarsOf).join('|');
  console.error(`usage: node tools/stack/lock-jars.mjs ${programs} <version, for example 4.3.1>`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'lock-jars-'));
try {
  const artifacts = jarsOf[program]();
  mkdirSync(join(folder, 'jars'));
  maven('dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars');
  const jars = artifacts.map((artifact) => {
    const bytes = readFileSync(join(folder, 'jars', `${artifact.artifactId}-${artifact.version}.jar`));
    return { ...artifact, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  const target = new URL(`${program}-${version}.lock.json`, import.meta.url);
  writeFileSync(target, `${JSON.stringify({ [program]: version, jars }, null, 1)}\n`);
  console.log(
    `${jars.length} jars, ${jars.reduce((sum, jar) => sum + jar.bytes, 0)} bytes: ${target.pathname}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function kafkaJars() {
  const kafka = dependency('org.apache.kafka', 'kafka_2.13', version);
  const slf4j = resolve([kafka]).find(({ artifactId }) => artifactId === 'slf4j-api');
  return resolve([kafka, dependency('org.slf4j', 'slf4j-simple', slf4j.version)]);
}

function kafkaToolsJars() {
  const all = '<exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion>';
  return resolve([dependency('org.apache.kafka', 'kafka-tools', version, [all])]);
}

function s3mockJars() {
  const unused = ['aws-crt-client', 'netty-nio-client', 'apache-client'].map(
    (name) =>
      `<exclusion><groupId>software.amazon.awssdk</groupId><artifactId>${name}</artifactId></exclusion>`,
  );
  return resolve([
    dependency('org.slf4j', 'slf4j-api', '2.0.17'),
    dependency('com.adobe.testing', 's3mock', version, unused),
  ]);
}

function dependency(groupId, artifactId, ofVersion, exclusions = []) {
  return `<dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${ofVersion}</version><exclusions>${exclusions.join('')}</exclusions></dependency>`;
}

function resolve(dependencies) {
  const pom =
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>` +
    `<groupId>jobstream</groupId><artifactId>lock</artifactId><version>1</version><packaging>pom</packaging>` +
    `<dependencies>${dependencies.join('')}</dependencies></project>`;
  writeFileSync(join(folder, 'pom.xml'), pom);
  maven('dependency:list', '-DincludeScope=runtime', '-DoutputFile=list.txt');
  return [...readFileSync(join(folder, 'list.txt'), 'utf8').matchAll(/(\S+):(\S+):jar:(\S+):\w+/g)]
    .map(([, groupId, artifactId, artifactVersion]) => ({ groupId, artifactId, version: artifactVersion }))
    .sort((a, b) => (a.artifactId < b.artifactId ? -1 : 1));
}

function maven(...args) {
  execFileSync('mvn', ['-B', '-q', `-Dmaven.repo.local=${join(folder, 'repository')}`, ...args], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
