import type { ConsumerHooks, EventsLog } from '@millrace/events';
import type { MaterializationMetrics } from './materialization-metrics.ts';

/** What every consumer of this service counts and tells: those that compute and those that store history. */
export function consumerHooks(
  metrics: Pick<MaterializationMetrics, 'deadLetter' | 'alert'>,
  log: EventsLog,
): ConsumerHooks {
  return {
    onDeadLetter: ({ topic, reason }) => metrics.deadLetter(topic, reason),
    onGap: (gap) => log.warn('features.log-gap', { ...gap }),
    onBlocked: ({ topic, partition, error, attempt }) =>
      log.warn('features.partition-blocked', { topic, partition, attempt, error: error.message }),
    onAlert: (alert) => {
      metrics.alert(alert.kind);
      log.error(`features.${alert.kind}`, { ...alert, error: alert.error.message });
    },
  };
}
