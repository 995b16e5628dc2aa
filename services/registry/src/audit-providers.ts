import type { Provider } from '@nestjs/common';
import { AuditFreshness, AuditLog, ClickHouse, type ClickHouseSink } from '@millrace/clickhouse';
import { EventBus } from '@millrace/events';
import { Readiness, SERVICE_CONFIG, ServiceLog, ServiceMetrics, Shutdown } from '@millrace/service-kit';
import type { RegistryConfig } from './config.ts';
import { PastModelsController } from './entry/audit/past-models.controller.ts';
import { PastModels } from './flow/audit/past-models.ts';
import { auditedJournal, auditGroup, startAudit } from './store/audit/start-audit.ts';
import { REGISTRY_JOURNAL } from './tokens.ts';

const AUDIT_SINK = Symbol('audit sink');
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
    provide: AUDIT_SINK,
    // After the journal: it makes the topic that is read.
    inject: [EventBus, ClickHouse, ServiceLog, ServiceMetrics, Readiness, Shutdown, REGISTRY_JOURNAL],
    useFactory: (
      bus: EventBus,
      clickhouse: ClickHouse,
      log: ServiceLog,
      metrics: ServiceMetrics,
      readiness: Readiness,
      shutdown: Shutdown,
    ) => startAudit({ bus, clickhouse, log, metrics, readiness, shutdown }),
  },
  {
    provide: PastModels,
    inject: [EventBus, ClickHouse, AUDIT_SINK],
    useFactory: (bus: EventBus, clickhouse: ClickHouse, sink: ClickHouseSink) => {
      const log = { topic: auditedJournal, group: auditGroup, sink };
      const freshness = new AuditFreshness(bus, [log], freshnessTimeoutMs);
      return new PastModels({ trail: new AuditLog(clickhouse), reached: () => freshness.reached() });
    },
  },
];
