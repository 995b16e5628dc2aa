import type { Provider } from '@nestjs/common';
import {
  AuditFreshness,
  AuditLog,
  auditSink,
  ClickHouse,
  journalSource,
  migrate,
  ownMigrations,
} from '@millrace/clickhouse';
import { BatchConsumer, EventBus } from '@millrace/events';
import { KIT_PARTS, SERVICE_CONFIG, Shutdown, startBeside, type KitParts } from '@millrace/service-kit';
import type { RegistryConfig } from './config.ts';
import { PastModelsController } from './entry/audit/past-models.controller.ts';
import { PastModels } from './flow/audit/past-models.ts';
import { registryDomain } from './flow/registry-domain.ts';
import { REGISTRY_JOURNAL } from './tokens.ts';

const AUDIT_REACHED = Symbol('audit reached');
const auditGroup = 'registry.audit';
const auditedJournal = 'registry.journal';
const freshnessTimeoutMs = 15_000;

export const auditControllers = [PastModelsController];

/** The audit trail of the registry's journal: how it gets into ClickHouse, and what is read of it. */
export const auditProviders: Provider[] = [
  {
    provide: ClickHouse,
    inject: [SERVICE_CONFIG, Shutdown],
    useFactory: (config: RegistryConfig, shutdown: Shutdown) => {
      const clickhouse = new ClickHouse(config.clickhouse);
      shutdown.add('stores', 'clickhouse', () => clickhouse.close());
      return clickhouse;
    },
  },
  {
    provide: AUDIT_REACHED,
    // After the journal: it makes the topic that is read.
    inject: [KIT_PARTS, EventBus, ClickHouse, REGISTRY_JOURNAL],
    useFactory: startAudit,
  },
  {
    provide: PastModels,
    inject: [ClickHouse, AUDIT_REACHED],
    useFactory: (clickhouse: ClickHouse, reached: () => Promise<void>) =>
      new PastModels({ trail: new AuditLog(clickhouse), reached }),
  },
];

/**
 * Starts to store the audit trail, and gives what waits for it. The migrations too are done beside the service: it serves
 * also while ClickHouse is away, and the trail follows.
 */
function startAudit(parts: KitParts, bus: EventBus, clickhouse: ClickHouse): () => Promise<void> {
  const sources = [journalSource(bus, { topic: auditedJournal, domain: registryDomain })];
  const sink = auditSink({ inserter: clickhouse, group: auditGroup, sources, maxWaitMs: 250 });
  const { prepared } = startBeside(parts, {
    part: new BatchConsumer(bus, { group: auditGroup, topics: [bus.topics.name(auditedJournal)], handler: sink }),
    title: 'audit trail',
    check: 'audit',
    prepare: () => migrate(clickhouse, ownMigrations, parts.log),
    lag: { name: 'audit_lag_records', help: 'Commands that are not yet in the audit trail.' },
  });
  const freshness = new AuditFreshness(bus, [{ topic: auditedJournal, group: auditGroup, sink }], freshnessTimeoutMs);
  return async () => {
    await prepared(freshnessTimeoutMs);
    await freshness.reached();
  };
}
