import { BatchConsumer, type EventBus } from '@millrace/events';

interface Led {
  start(): void;
  stop(): Promise<void>;
}

/**
 * Of all instances one sends: the member of a consumer group that holds the journal's only partition. While the group
 * changes hands two may send for a moment, under the same delivery ids.
 */
export function leadByJournal(
  bus: EventBus,
  { topic, upToDate, led }: { readonly topic: string; readonly upToDate: () => Promise<unknown>; readonly led: Led },
): BatchConsumer {
  return new BatchConsumer(bus, {
    group: `${topic}.webhooks`,
    topics: [bus.topics.name(topic)],
    handler: {
      // What the instance before this one has sent is in the journal: without it all of that would go out again.
      assigned: async () => {
        await upToDate();
        led.start();
      },
      // The records themselves come by the journal's own reader; here they only move the group's place on.
      handle: async () => undefined,
      revoked: () => led.stop(),
    },
  });
}
