import path from 'node:path';
import { auditSink, journalSource, migrate, type ClickHouse, type ClickHouseSink } from '@millrace/clickhouse';
import { BatchConsumer, type EventBus } from '@millrace/events';
import {
  untilAvailable,
  type Readiness,
  type ServiceLog,
  type ServiceMetrics,
  type Shutdown,
} from '@millrace/service-kit';
import { registryDomain } from '../../flow/registry-domain.ts';

export const auditGroup = 'registry.audit';
export const auditedJournal = 'registry.journal';

/** infra/clickhouse/migrations of the repository or the image, seen from src/store/audit and from dist/store/audit alike. */
const migrationsFolder = path.join(import.meta.dirname, '../../../../../infra/clickhouse/migrations');

export interface AuditParts {
  readonly bus: EventBus;
  readonly clickhouse: ClickHouse;
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
  readonly readiness: Readiness;
  readonly shutdown: Shutdown;
}

/** Starts to store the audit trail. Not waited for: the registry serves also while ClickHouse is away, and the trail follows. */
export function startAudit({ bus, clickhouse, log, metrics, readiness, shutdown }: AuditParts): ClickHouseSink {
  const sources = [journalSource(bus, { topic: auditedJournal, domain: registryDomain })];
  const sink = auditSink({ inserter: clickhouse, group: auditGroup, sources, maxWaitMs: 250 });
  const topics = [bus.topics.name(auditedJournal)];
  const consumer = new BatchConsumer(bus, { group: auditGroup, topics, handler: sink });
  let stopped = false;
  let fault: string | undefined;
  const starting = untilAvailable(log, 'audit trail', async () => {
    if (stopped) return;
    await migrate(clickhouse, migrationsFolder, log);
    await consumer.start();
  }).catch((error: unknown) => {
    fault = error instanceof Error ? error.message : String(error);
    log.error('audit.start-failed', { error: fault });
  });
  shutdown.add('consumers', 'audit trail', async () => {
    stopped = true;
    await starting;
    await consumer.stop();
  });
  readiness.add('audit', () => {
    const stoppedBy = fault ?? consumer.status.stoppedBy?.message;
    return { ok: stoppedBy === undefined, detail: stoppedBy ?? consumer.status.state };
  });
  metrics.gauge({
    name: 'audit_lag_records',
    help: 'Commands that are not yet in the audit trail.',
    collect: (gauge) => gauge.set(consumer.status.lag),
  });
  return sink;
}
