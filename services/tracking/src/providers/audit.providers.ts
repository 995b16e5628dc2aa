import type { Provider } from '@nestjs/common';
import {
  AuditFreshness,
  AuditLog,
  auditSink,
  ClickHouse,
  journalSource,
  VerifyAudit,
  type ClickHouseSink,
} from '@millrace/clickhouse';
import { EventBus } from '@millrace/events';
import { PEOPLE_JOURNAL, peopleDomain, peopleTopic, withoutSecrets } from '@millrace/people';
import { topics } from '@millrace/schemas';
import { SERVICE_CONFIG } from '@millrace/service-kit';
import type { TrackingConfig } from '../config.ts';
import { AuditController } from '../entry/audit/audit.controller.ts';
import { PastRunsController } from '../entry/audit/past-runs.controller.ts';
import { describeDatasetEvent } from '../flow/audit/describe-dataset-event.ts';
import { describeRunEvent } from '../flow/audit/describe-run-event.ts';
import { describeTraceEvent } from '../flow/audit/describe-trace-event.ts';
import { PastRuns } from '../flow/audit/past-runs.ts';
import { LiveRuns } from '../flow/runs/live-runs.ts';
import type { ExperimentsJournal, RunHistory } from '../flow/ports.ts';
import { trackingDomain } from '../flow/tracking-domain.ts';
import { RunEventsPublisher } from '../publish/run-events.publisher.ts';
import { TraceEventsPublisher } from '../publish/trace-events.publisher.ts';
import { KafkaDatasetLog } from '../store/datasets/kafka-dataset-log.ts';
import { eventSource } from '../store/audit/event-source.ts';
import { PROJECTION_PARTS, startProjection, type ProjectionParts } from './start-projection.ts';
import { TRACKING_JOURNAL, RUN_HISTORY } from '../tokens.ts';

const AUDIT_SINK = Symbol('audit sink');
const group = 'tracking.audit';
const journal = topics['tracking.journal'].name;
const ownLogs = [
  journal,
  peopleTopic,
  topics['tracking.runs'].name,
  topics['tracking.traces'].name,
  topics['tracking.datasets'].name,
].map((topic) => ({
  topic,
  group,
}));
/** The registry stores its own: its fold is not known here. */
const registryLog = { topic: topics['registry.journal'].name, group: 'registry.audit' };

export const auditControllers = [AuditController, PastRunsController];

/** The audit trail of tracking's logs: how it gets into ClickHouse, and what both services' is asked for. */
export const auditProviders: Provider[] = [
  {
    provide: AUDIT_SINK,
    // After journal and publishers: they make the topics that are read.
    inject: [
      PROJECTION_PARTS,
      ClickHouse,
      TRACKING_JOURNAL,
      PEOPLE_JOURNAL,
      RunEventsPublisher,
      TraceEventsPublisher,
      KafkaDatasetLog,
    ],
    useFactory: startSink,
  },
  { provide: AuditLog, inject: [ClickHouse], useFactory: (clickhouse: ClickHouse) => new AuditLog(clickhouse) },
  {
    provide: AuditFreshness,
    inject: [EventBus, AUDIT_SINK, SERVICE_CONFIG],
    useFactory: (bus: EventBus, sink: ClickHouseSink, config: TrackingConfig) =>
      new AuditFreshness(bus, [...ownLogs.map((log) => ({ ...log, sink })), registryLog], config.live.readTimeoutMs),
  },
  {
    provide: VerifyAudit,
    inject: [EventBus, ClickHouse],
    useFactory: (bus: EventBus, clickhouse: ClickHouse) => new VerifyAudit(bus, clickhouse, [...ownLogs, registryLog]),
  },
  {
    provide: PastRuns,
    inject: [EventBus, AUDIT_SINK, AuditLog, RUN_HISTORY, LiveRuns, TRACKING_JOURNAL, SERVICE_CONFIG],
    useFactory: (
      bus: EventBus,
      sink: ClickHouseSink,
      trail: AuditLog,
      history: RunHistory,
      live: LiveRuns,
      experiments: ExperimentsJournal,
      config: TrackingConfig,
    ) => {
      const logs = ownLogs.map((log) => ({ ...log, sink }));
      const freshness = new AuditFreshness(bus, logs, config.live.readTimeoutMs);
      const reached = async (): Promise<void> => {
        await Promise.all([freshness.reached(), live.untilStored()]);
      };
      return new PastRuns({ trail, history, experiments, reached });
    },
  },
];

function startSink(parts: ProjectionParts, clickhouse: ClickHouse): ClickHouseSink {
  const { bus } = parts;
  const sink = auditSink({
    inserter: clickhouse,
    group,
    // Twenty-two partitions: more inserts than a sink makes by itself, so that a page of the trail is not waited for.
    maxInsertsPerSecond: 8,
    sources: [
      journalSource(bus, { topic: journal, domain: trackingDomain }),
      journalSource(bus, { topic: peopleTopic, domain: peopleDomain, redact: withoutSecrets }),
      eventSource(bus, { topic: topics['tracking.runs'], describe: describeRunEvent }),
      eventSource(bus, { topic: topics['tracking.traces'], describe: describeTraceEvent }),
      eventSource(bus, { topic: topics['tracking.datasets'], describe: describeDatasetEvent }),
    ],
  });
  return startProjection(parts, {
    sink,
    group,
    topics: ownLogs.map(({ topic }) => topic),
    title: 'audit trail',
    check: 'audit',
    lag: {
      name: 'audit_lag_records',
      help: 'Records of this instance’s partitions that are not yet in the audit trail.',
    },
  });
}
