import { stackAddresses, testNamespace } from '@millrace/testing';
import { EventBus } from './event-bus.ts';
import type { EventsConfig, EventsLog } from './events-config.ts';
import type { OutgoingRecord } from './outgoing-record.ts';
import type { SourceRecord } from './consumer/source-record.ts';

/** For this package's own tests: buses of one namespace on the running stack, and what they logged. */
export class TestBed {
  readonly config: EventsConfig;
  readonly logged: { readonly level: string; readonly event: string; readonly fields: unknown }[] = [];
  readonly #open: (() => Promise<unknown>)[] = [];

  constructor(addresses = stackAddresses()) {
    const { env, topicPrefix } = testNamespace(addresses);
    this.config = {
      kafka: { brokers: (env['MILLRACE_KAFKA_BROKERS'] ?? '').split(','), clientId: 'events-test' },
      schemaRegistry: { url: env['MILLRACE_SCHEMA_REGISTRY_URL'] ?? '' },
      topicPrefix,
      sessionTimeoutMs: Number(env['MILLRACE_KAFKA_SESSION_TIMEOUT_MS']),
    };
  }

  /** Each member of a group needs a bus of its own, as each process has. */
  async bus(): Promise<EventBus> {
    const bus = await EventBus.connect(this.config, this.#log());
    this.#open.push(() => bus.close());
    return bus;
  }

  /** Stops `what` at the end of the test, before any bus is closed. */
  opened<T extends { stop(): Promise<unknown> } | { close(): Promise<unknown> }>(what: T): T {
    this.#open.push(() => ('stop' in what ? what.stop() : what.close()));
    return what;
  }

  async close(): Promise<void> {
    for (const close of this.#open.reverse()) await close();
  }

  /** A topic of the user's own, under a name that no other test has. */
  async sourceTopic(bus: EventBus, partitions: number, name = 'source'): Promise<string> {
    const topic = `${this.config.topicPrefix}${name}`;
    await bus.topics.ensureExact([
      {
        name: topic,
        schema: null,
        key: 'k',
        partitions,
        retentionMs: -1,
        cleanup: 'delete',
        maxMessageBytes: 8_388_608,
      },
    ]);
    return topic;
  }

  #log(): EventsLog {
    const at =
      (level: string) =>
      (event: string, fields?: unknown): void => {
        if (process.env['EVENTS_TEST_LOG'] !== undefined && level !== 'debug') console.error(level, event, fields);
        this.logged.push({ level, event, fields });
      };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }
}

export function outgoing(topic: string, partition: number, value: string, key = 'k'): OutgoingRecord {
  return { topic, partition, key: Buffer.from(key), value: Buffer.from(value) };
}

export function textOf(record: SourceRecord): string {
  return record.value?.toString() ?? '';
}

/** Waits until `holds` says so; the test's own time limit ends a wait for what never comes. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
