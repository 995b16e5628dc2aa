import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventBus, partitioners, type AvroWriter, type OutgoingRecord } from '@millrace/events';
import { subjectOf } from '@millrace/schemas';
import { runServices, stackAddresses, testNamespace, type RunningServices, type ServiceName } from '@millrace/testing';
import { quietLog } from './quiet-log.ts';
import { definitions, transactionSchema, transactions, type BenchTransaction } from './transactions.ts';

const sourcePartitions = 4;
const startMs = Date.UTC(2026, 0, 1);
const script = path.join(import.meta.dirname, '..', '..', 'register-model.py');
const services: readonly ServiceName[] = ['tracking', 'registry', 'features', 'inference', 'drift', 'gateway'];

/** The platform with one source, one feature service, one endpoint and a promoted model, in a namespace of its own. */
export class BenchPlatform implements AsyncDisposable {
  readonly bus: EventBus;
  readonly running: RunningServices;
  readonly topic: string;
  readonly predictionsTopic: string;
  readonly database: string;
  readonly #writer: AvroWriter<BenchTransaction>;
  #made = 0;
  #timeMs = startMs;

  private constructor(parts: {
    bus: EventBus;
    running: RunningServices;
    topic: string;
    writer: AvroWriter<BenchTransaction>;
    database: string;
  }) {
    this.bus = parts.bus;
    this.running = parts.running;
    this.topic = parts.topic;
    this.#writer = parts.writer;
    this.database = parts.database;
    this.predictionsTopic = parts.bus.topics.name('inference.predictions');
  }

  static async start({ withTerminal }: { withTerminal: boolean }): Promise<BenchPlatform> {
    const namespace = testNamespace();
    const { env } = namespace;
    const bus = await EventBus.connect(
      {
        kafka: { brokers: (env['MILLRACE_KAFKA_BROKERS'] ?? '').split(','), clientId: 'bench' },
        schemaRegistry: { url: env['MILLRACE_SCHEMA_REGISTRY_URL'] ?? '' },
        topicPrefix: namespace.topicPrefix,
      },
      quietLog,
    );
    const topic = `${namespace.topicPrefix}bench`;
    await bus.topics.ensureExact([
      {
        name: topic,
        schema: null,
        key: 'customer_id',
        partitions: sourcePartitions,
        retentionMs: -1,
        cleanup: 'delete',
        maxMessageBytes: 1_048_576,
      },
    ]);
    const writer = await bus.codec.writer<BenchTransaction>(subjectOf(topic), transactionSchema);
    const running = await runServices(namespace, services);
    const platform = new BenchPlatform({ bus, running, topic, writer, database: namespace.clickhouseDatabase });
    await platform.#define(withTerminal);
    return platform;
  }

  get python(): string {
    return this.running.env['MILLRACE_PYTHON'] ?? 'python3';
  }

  pids(): Map<string, number> {
    const pids = new Map<string, number>();
    for (const name of ['features', 'inference'] as const) {
      const { pid } = this.running.get(name);
      if (pid !== null) pids.set(name, pid);
    }
    for (const [name, pid] of Object.entries(stackAddresses().pids)) if (pid) pids.set(name, pid);
    return pids;
  }

  next(count: number): BenchTransaction[] {
    const made = [...transactions(count, this.#made, this.#timeMs)];
    this.#made += count;
    this.#timeMs = made.at(-1)?.tx_time ?? this.#timeMs;
    return made;
  }

  record(transaction: BenchTransaction): OutgoingRecord {
    const key = Buffer.from(transaction.customer_id);
    return {
      topic: this.topic,
      partition: partitioners.murmur2(key, sourcePartitions),
      key,
      value: this.#writer.encode(transaction),
      timestampMs: Date.now(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.running.stop();
    await this.bus.close();
  }

  async #define(withTerminal: boolean): Promise<void> {
    await this.#post('/api/v1/definitions', definitions(this.topic, withTerminal));
    await this.#post('/api/v1/endpoints', {
      name: 'bench',
      featureService: 'bench',
      model: { name: 'bench', target: 'alias:champion' },
      startFrom: 'beginning',
    });
    const width = 1 + 12 * (withTerminal ? 2 : 1);
    await promisify(execFile)(this.python, [script, this.running.url('gateway'), String(width)], {
      env: { ...process.env, ...this.running.env },
    });
    for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 200) {
      const endpoint = (await (await fetch(`${this.running.url('gateway')}/api/v1/endpoints/bench`)).json()) as {
        state: string;
      };
      if (endpoint.state === 'active') return;
      await sleep(200);
    }
    throw new Error('the endpoint did not become active within a minute');
  }

  async #post(route: string, body: unknown): Promise<void> {
    const response = await fetch(this.running.url('gateway') + route, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${route} answered ${response.status}: ${await response.text()}`);
  }
}
