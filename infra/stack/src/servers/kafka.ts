import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureJava } from '../fetch/java.ts';
import { ensureKafka } from '../fetch/kafka-jars.ts';
import { mustRun } from '../run-command.ts';
import { versions } from '../versions.ts';
import { answersApiVersions } from './kafka-probe.ts';
import { javaFlags } from './java-server.ts';
import { kafkaProperties, log4jConfiguration } from './kafka-configuration.ts';
import { portOf, type LaunchPlan, type ServerContext, type ServerDefinition } from './server.ts';

const clusterId = '4L6g3nShT-eMCtK--X86sw';

async function prepare({ paths, ports }: ServerContext): Promise<LaunchPlan> {
  const data = path.join(paths.data, 'kafka');
  const configuration = path.join(paths.run, 'kafka.properties');
  const log4j = path.join(paths.run, 'kafka-log4j2.xml');
  await mkdir(data, { recursive: true });
  await writeFile(configuration, kafkaProperties(data, portOf(ports, 'kafka'), portOf(ports, 'kafka-controller')));
  await writeFile(log4j, log4jConfiguration);
  const { command: java } = await ensureJava();
  const classPath = ['-cp', path.join(await ensureKafka(), 'libs', '*'), `-Dlog4j2.configurationFile=${log4j}`];
  if (!existsSync(path.join(data, 'meta.properties'))) {
    const flags = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'];
    const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', configuration];
    await mustRun(java, [...flags, ...classPath, ...format], { label: 'formatting the Kafka log' });
  }
  const flags = await javaFlags(`kafka-${versions.kafka}`, { minMb: 256, maxMb: 512 });
  return { command: java, args: [...flags, ...classPath, 'kafka.Kafka', configuration] };
}

/** Apache Kafka as one KRaft node that is broker and controller. */
export const kafka: ServerDefinition = {
  name: 'kafka',
  title: 'Kafka',
  externalVariable: 'MILLRACE_KAFKA_BROKERS',
  ports: [
    { name: 'kafka', usual: 9092 },
    { name: 'kafka-controller', usual: 9093 },
  ],
  fetch: async () => {
    await ensureJava();
    await ensureKafka();
  },
  prepare,
  ready: ({ ports }) => answersApiVersions('127.0.0.1', portOf(ports, 'kafka')),
  url: (ports) => `127.0.0.1:${portOf(ports, 'kafka')}`,
  env: ({ ports }) => ({ MILLRACE_KAFKA_BROKERS: `127.0.0.1:${portOf(ports, 'kafka')}` }),
};
