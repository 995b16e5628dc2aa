import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Platform, type HttpClient } from '@millrace/client';
import type { ClickHouse } from '@millrace/clickhouse';
import type { EventBus } from '@millrace/events';
import {
  runServices,
  serviceNames,
  testNamespace,
  type RunningServices,
  type RunServicesOptions,
  type ServiceName,
  type TestNamespace,
} from '@millrace/testing';
import { clickhouseOf } from './clickhouse-of.ts';
import type { ProofReport } from './proof-report.ts';
import { runPython } from './run-python.ts';

/** The gateway is ready once everything behind it is. */
export const platformServices: readonly ServiceName[] = serviceNames;

interface SourceStatus {
  readonly consumer: {
    readonly partitions: readonly { readonly partition: number; readonly position: number }[];
  } | null;
}

interface PlatformParts {
  readonly services: RunningServices;
  readonly client: Platform;
  readonly clickhouse: ClickHouse;
  readonly env: Readonly<Record<string, string>>;
}

/** The platform in a namespace of its own, reached as users reach it: the log, HTTP through the gateway, ClickHouse. */
export class ProofPlatform implements AsyncDisposable {
  readonly services: RunningServices;
  readonly clickhouse: ClickHouse;
  readonly env: Readonly<Record<string, string>>;
  readonly report: ProofReport;
  readonly #client: Platform;

  private constructor({ services, client, clickhouse, env }: PlatformParts, report: ProofReport) {
    this.services = services;
    this.clickhouse = clickhouse;
    this.env = env;
    this.report = report;
    this.#client = client;
  }

  get bus(): EventBus {
    return this.#client.bus;
  }

  get http(): HttpClient {
    return this.#client.http;
  }

  static start(
    report: ProofReport,
    names: readonly ServiceName[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<ProofPlatform> {
    return ProofPlatform.startIn(testNamespace(), { report, names, env });
  }

  /** On another stack than the running one, for proofs that take servers away. */
  static async startIn(
    namespace: TestNamespace,
    { report, names, ...options }: { report: ProofReport; names: readonly ServiceName[] } & RunServicesOptions,
  ): Promise<ProofPlatform> {
    report.say(`starting ${names.join(', ')}`);
    const services = await runServices(namespace, names, options);
    const env = clientEnvironment(services, names);
    const client = await connect({ env, clientId: 'proof' });
    return new ProofPlatform({ services, client, clickhouse: clickhouseOf(env), env }, report);
  }

  /** The same platform for one of several proofs that share it: what it says and finds goes to a report of its own. */
  reportingTo(report: ProofReport): ProofPlatform {
    const { services, clickhouse, env } = this;
    return new ProofPlatform({ services, client: this.#client, clickhouse, env }, report);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.services.stop();
    await this.#client.close();
    await this.clickhouse.close();
  }

  python(script: string, argument: object, timeoutMs?: number): Promise<unknown> {
    const say = (line: string): void => this.report.say(line);
    return runPython(script, argument, { env: this.env, say, ...(timeoutMs !== undefined && { timeoutMs }) });
  }

  /** Name of one of the platform's own topics here. */
  topic(name: string): string {
    return this.bus.topics.name(name);
  }

  /** Records that a topic holds. */
  async records(topic: string): Promise<number> {
    if (!(await this.bus.topics.list()).includes(topic)) return 0;
    return (await this.bus.topics.endOffsets(topic)).reduce((sum, end) => sum + end, 0);
  }

  /** Until the features service has handled all that a source's topic holds. */
  async drained(source: string, topic: string, timeoutMs = 600_000): Promise<void> {
    const ends = await this.bus.topics.endOffsets(topic);
    let status: SourceStatus | undefined;
    const read = async (): Promise<boolean> => {
      status = (await this.http.get(`/api/v1/sources/${source}`)) as SourceStatus;
      const positions = new Map(status.consumer?.partitions.map(({ partition, position }) => [partition, position]));
      return ends.every((end, partition) => end === 0 || (positions.get(partition) ?? 0) >= end);
    };
    const seen = (): string => `up to ${ends.join(', ')}; it is at ${JSON.stringify(status)}`;
    await this.until(`source ${source} to be read`, timeoutMs, read, seen);
  }

  /** The sum over all labels of one of a service's counters. */
  async metric(service: ServiceName, name: string): Promise<number> {
    const text = await (await fetch(`${this.services.url(service)}/metrics`)).text();
    return text
      .split('\n')
      .filter((line) => line.startsWith(name))
      .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
  }

  /** `seen` says what was seen instead. */
  async until(
    what: string,
    timeoutMs: number,
    holds: () => Promise<boolean>,
    seen: () => string = () => '',
  ): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what} ${seen()}`.trimEnd());
      await sleep(200);
    }
  }
}

/** Where the gateway is not started, clients ask the features service itself: it has the same paths. */
function clientEnvironment({ env }: RunningServices, names: readonly ServiceName[]): Readonly<Record<string, string>> {
  if (names.includes('gateway')) return env;
  return { ...env, MILLRACE_GATEWAY_URL: env['MILLRACE_SERVICE_FEATURES_URL'] ?? '' };
}
