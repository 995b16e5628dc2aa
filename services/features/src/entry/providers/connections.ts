import type { Provider } from '@nestjs/common';
import { ClickHouse } from '@millrace/clickhouse';
import { EventBus, Journal } from '@millrace/events';
import { OnlineStore } from '@millrace/online-store';
import { topics } from '@millrace/schemas';
import { Readiness, SERVICE_CONFIG, ServiceLog, Shutdown, untilAvailable } from '@millrace/service-kit';
import type { FeaturesConfig } from '../../config.ts';
import { featuresDomain } from '../../flow/definitions-domain.ts';
import { FEATURES_JOURNAL, type FeaturesJournal } from '../../tokens.ts';

/** What the service talks to: the event log, its own journal, the online store and ClickHouse. */
export const connections: readonly Provider[] = [
  {
    provide: EventBus,
    inject: [SERVICE_CONFIG, ServiceLog, Readiness, Shutdown],
    useFactory: async (config: FeaturesConfig, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) => {
      const bus = await untilAvailable(log, 'events', () => EventBus.connect(config.events, log));
      readiness.add('events', () => bus.ping().then(() => true));
      shutdown.add('producers', 'events', () => bus.close());
      return bus;
    },
  },
  {
    provide: FEATURES_JOURNAL,
    inject: [EventBus, ServiceLog, Readiness, Shutdown],
    useFactory: async (
      bus: EventBus,
      log: ServiceLog,
      readiness: Readiness,
      shutdown: Shutdown,
    ): Promise<FeaturesJournal> => {
      const topic = topics['features.journal'];
      const journal = await untilAvailable(log, 'journal', async () => {
        await bus.topics.ensure([topic, topics['features.vectors']]);
        return Journal.open(bus, { topic: topic.name, domain: featuresDomain });
      });
      readiness.add('journal', () => ({ ok: journal.ready, detail: journal.fault?.message ?? 'replayed' }));
      shutdown.add('consumers', 'journal', () => journal.close());
      return journal;
    },
  },
  {
    provide: OnlineStore,
    inject: [SERVICE_CONFIG, ServiceLog, Readiness, Shutdown],
    useFactory: async (config: FeaturesConfig, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) => {
      const store = await untilAvailable(log, 'online-store', () => OnlineStore.connect(config.onlineStore, log));
      readiness.add('online-store', () => store.ping().then(() => true));
      shutdown.add('stores', 'online-store', () => store.close());
      return store;
    },
  },
  {
    provide: ClickHouse,
    inject: [SERVICE_CONFIG, Readiness, Shutdown],
    useFactory: (config: FeaturesConfig, readiness: Readiness, shutdown: Shutdown) => {
      const clickhouse = new ClickHouse(config.clickhouse);
      readiness.add('clickhouse', () => clickhouse.ping().then(() => true));
      shutdown.add('stores', 'clickhouse', () => clickhouse.close());
      return clickhouse;
    },
  },
];
