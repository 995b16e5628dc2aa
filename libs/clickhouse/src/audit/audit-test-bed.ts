import { BatchConsumer, EventBus } from '@millrace/events';
import type { Domain, EventsConfig } from '@millrace/events';
import { topics } from '@millrace/schemas';
import type { SinkHooks } from '../sink/clickhouse-sink.ts';
import { SinkPositions } from '../sink/positions.ts';
import type { RowInserter } from '../sink/sink-partition.ts';
import { auditSink } from './audit-sink.ts';
import { journalSource } from './journal-source.ts';

interface Put {
  readonly type: 'put-word';
  readonly name: string;
  readonly word: string;
}

/** Words under names; a name is given once. */
export const wordsDomain: Domain<Map<string, string>, Put> = {
  types: ['put-word'],
  initial: () => new Map(),
  apply: (state, { name, word }) => {
    if (state.has(name)) return { ok: false, code: 'WORD_EXISTS', message: `"${name}" has a word` };
    state.set(name, word);
    return { ok: true, result: word };
  },
  watch: (state, { name }) => {
    const before = state.get(name) ?? null;
    return () => [{ kind: 'word', id: name, before, after: state.get(name) ?? null }];
  },
};

export const auditedLog = { topic: topics['tracking.journal'].name, group: 'audit-test' };
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function configOf(env: Readonly<Record<string, string | undefined>>): EventsConfig {
  return {
    kafka: { brokers: (env['MILLRACE_KAFKA_BROKERS'] ?? '').split(','), clientId: 'audit-test' },
    schemaRegistry: { url: env['MILLRACE_SCHEMA_REGISTRY_URL'] ?? '' },
    topicPrefix: env['MILLRACE_TOPIC_PREFIX'] ?? '',
  };
}

export function connectBus(env: Readonly<Record<string, string | undefined>>): Promise<EventBus> {
  return EventBus.connect(configOf(env), log);
}

/** One instance of a service that keeps the trail of the journal. */
export async function startAuditor(bus: EventBus, inserter: RowInserter, hooks: SinkHooks = {}) {
  const { topic, group } = auditedLog;
  const sources = [journalSource(bus, { topic, domain: wordsDomain })];
  const sink = auditSink({ inserter, group, sources, hooks, maxWaitMs: 50, maxRows: 15 });
  const name = bus.topics.name(topic);
  const consumer = new BatchConsumer(bus, {
    group,
    topics: [name],
    handler: sink,
    idleIntervalMs: 20,
    commitIntervalMs: 20,
    maxBatchRecords: 10,
  });
  await consumer.start();
  const committedOffsets = (of: string) => bus.topics.committedOffsets(group, of);
  const elsewhere = new SinkPositions({ committedOffsets, pollMs: 20 });
  return {
    /** Resolves when the group has committed all that the log holds. */
    caughtUp: async () => {
      const [end = 0] = await bus.topics.endOffsets(name);
      return elsewhere.waitFor([{ topic: name, partition: 0, offset: end - 1 }], 60_000);
    },
    stop: () => consumer.stop(),
  };
}
