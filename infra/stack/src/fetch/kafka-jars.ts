import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { versions } from '../versions.ts';
import { cached } from './cached.ts';
import { verifySha256 } from './checksum.ts';
import { maven } from './maven.ts';

const kafkaJarSha256 = '76d3314f873571677ff98620ab9a431e508e3687f921a3df4f70d692a970475e';

const dependencies = [
  ['org.apache.kafka', `kafka_${versions.kafkaScala}`, versions.kafka],
  ['org.apache.logging.log4j', 'log4j-slf4j-impl', versions.log4j],
] as const;

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
  <groupId>millrace</groupId><artifactId>kafka-broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
${dependencies.map(([group, artifact, version]) => `    <dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`).join('\n')}
  </dependencies>
</project>
`;

export const kafkaKey = `kafka/${versions.kafka}`;

/** Folder with the broker's jars; `libs/*` in it is the class path. */
export function ensureKafka(signal: AbortSignal): Promise<string> {
  const build = async (directory: string): Promise<void> => {
    const libs = path.join(directory, 'libs');
    await writeFile(path.join(directory, 'pom.xml'), pom);
    const plugin = `org.apache.maven.plugins:maven-dependency-plugin:${versions.mavenDependencyPlugin}`;
    await maven([`${plugin}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${libs}`], {
      label: 'Kafka',
      cwd: directory,
      signal,
    });
    await verifySha256(path.join(libs, `kafka_${versions.kafkaScala}-${versions.kafka}.jar`), kafkaJarSha256);
    if ((await readdir(libs)).length < 30) throw new Error(`${libs} holds too few jars for a broker`);
    await rm(path.join(directory, 'pom.xml'));
  };
  return cached({ key: kafkaKey, title: `Apache Kafka ${versions.kafka}`, build }, signal);
}
