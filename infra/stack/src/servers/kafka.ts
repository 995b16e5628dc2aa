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

export interface KafkaPlan {
  /** Folder of the log. */
  readonly data: string;
  /** File that is written. */
  readonly configuration: string;
  readonly properties: string;
  /** Further arguments for formatting the log: users, say. */
  readonly format?: readonly string[];
}

/** Writes the configuration, formats the log folder once, and says what to run. */
export async function planKafka(plan: KafkaPlan, signal: AbortSignal): Promise<LaunchPlan> {
  const { data, configuration } = plan;
  const log4j = path.join(path.dirname(configuration), 'kafka-log4j2.xml');
  await mkdir(data, { recursive: true });
  await writeFile(configuration, plan.properties);
  await writeFile(log4j, log4jConfiguration);
  const { command: java } = await ensureJava(signal);
  const classPath = ['-cp', path.join(await ensureKafka(signal), 'libs', '*'), `-Dlog4j2.configurationFile=${log4j}`];
  if (!existsSync(path.join(data, 'meta.properties'))) {
    const flags = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'];
    const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', configuration, ...(plan.format ?? [])];
    await mustRun(java, [...flags, ...classPath, ...format], { label: 'formatting the Kafka log', signal });
  }
  const flags = await javaFlags(`kafka-${versions.kafka}`, { minMb: 256, maxMb: 512 }, signal);
  return { command: java, args: [...flags, ...classPath, 'kafka.Kafka', configuration] };
}

function prepare({ paths, ports }: ServerContext, signal: AbortSignal): Promise<LaunchPlan> {
  const data = path.join(paths.data, 'kafka');
  const properties = kafkaProperties(data, portOf(ports, 'kafka'), portOf(ports, 'kafka-controller'));
  return planKafka({ data, configuration: path.join(paths.run, 'kafka.properties'), properties }, signal);
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
  fetch: async (signal) => {
    await ensureJava(signal);
    await ensureKafka(signal);
  },
  prepare,
  ready: ({ ports }) => answersApiVersions('127.0.0.1', portOf(ports, 'kafka')),
  url: (ports) => `127.0.0.1:${portOf(ports, 'kafka')}`,
  env: ({ ports }) => ({ MILLRACE_KAFKA_BROKERS: `127.0.0.1:${portOf(ports, 'kafka')}` }),
};
