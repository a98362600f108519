// Writes kafka-<version>.lock.json: every jar an embedded broker of that version needs, with its size and SHA-256.
// Needs Maven and the network, once for each new version; users of the lock file need neither Maven nor this script.
//
//   node tools/stack/lock-kafka.mjs 4.3.1
//
// Maven resolves the run-time dependencies of org.apache.kafka:kafka_2.13, whose POM names neither Kafka Connect nor
// its jersey and jetty jars. slf4j-simple is added because the POM leaves the choice of a logger to the distribution.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const version = process.argv[2];
if (!/^\d+\.\d+\.\d+$/.test(version ?? '')) {
  console.error('usage: node tools/stack/lock-kafka.mjs <version of Kafka, for example 4.3.1>');
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'lock-kafka-'));
try {
  const dependency = (artifactId, ofVersion, groupId) =>
    `<dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${ofVersion}</version></dependency>`;
  const pom = (dependencies) =>
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>` +
    `<groupId>jobstream</groupId><artifactId>lock</artifactId><version>1</version><packaging>pom</packaging>` +
    `<dependencies>${dependencies.join('')}</dependencies></project>`;
  const kafka = dependency('kafka_2.13', version, 'org.apache.kafka');
  const maven = (...args) =>
    execFileSync('mvn', ['-B', '-q', `-Dmaven.repo.local=${join(folder, 'repository')}`, ...args], {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  const list = () => {
    maven('dependency:list', '-DincludeScope=runtime', '-DoutputFile=list.txt');
    return [...readFileSync(join(folder, 'list.txt'), 'utf8').matchAll(/(\S+):(\S+):jar:(\S+):\w+/g)]
      .map(([, groupId, artifactId, artifactVersion]) => ({ groupId, artifactId, version: artifactVersion }))
      .sort((a, b) => (a.artifactId < b.artifactId ? -1 : 1));
  };

  writeFileSync(join(folder, 'pom.xml'), pom([kafka]));
  const slf4j = list().find((artifact) => artifact.artifactId === 'slf4j-api');
  writeFileSync(
    join(folder, 'pom.xml'),
    pom([kafka, dependency('slf4j-simple', slf4j.version, 'org.slf4j')]),
  );
  const artifacts = list();
  mkdirSync(join(folder, 'jars'));
  maven('dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars');

  const jars = artifacts.map((artifact) => {
    const bytes = readFileSync(join(folder, 'jars', `${artifact.artifactId}-${artifact.version}.jar`));
    return { ...artifact, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  const target = new URL(`kafka-${version}.lock.json`, import.meta.url);
  writeFileSync(target, `${JSON.stringify({ kafka: version, jars }, null, 1)}\n`);
  console.log(
    `${jars.length} jars, ${jars.reduce((sum, jar) => sum + jar.bytes, 0)} bytes: ${target.pathname}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
