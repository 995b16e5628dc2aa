import { accessConfig } from '@millrace/people';
import {
  baseConfig,
  clickhouseConfigFromEnv,
  eventsConfigFromEnv,
  numberSetting,
  urlSetting,
  type ConfigOf,
} from '@millrace/service-kit';
import { z } from 'zod';
import { artifactsConfig } from './artifacts-config.ts';

export const config = {
  service: baseConfig(8101),
  events: eventsConfigFromEnv('tracking'),
  clickhouse: clickhouseConfigFromEnv,
  artifacts: artifactsConfig,
  access: accessConfig,
  upstream: z
    .object({ MILLRACE_SERVICE_REGISTRY_URL: urlSetting('http://127.0.0.1:8102') })
    .transform((env) => ({ registryUrl: env.MILLRACE_SERVICE_REGISTRY_URL })),
  live: z
    .object({
      MILLRACE_TRACKING_LIVE_BYTES: numberSetting(96 * 1024 * 1024, { min: 1024 * 1024 }),
      MILLRACE_TRACKING_LIVE_TRACE_BYTES: numberSetting(64 * 1024 * 1024, { min: 1024 * 1024 }),
      MILLRACE_TRACKING_CATCH_UP_RECORDS: numberSetting(20_000, { min: 100 }),
      MILLRACE_TRACKING_READ_TIMEOUT_MS: numberSetting(15_000, { min: 100 }),
      MILLRACE_TRACKING_INDEX_BYTES: numberSetting(192 << 20, { min: 1 << 20 }),
      MILLRACE_TRACKING_RETENTION_EVERY_MS: numberSetting(3_600_000, { min: 100 }),
      MILLRACE_TRACKING_SUBSCRIPTIONS: numberSetting(1000, { min: 0 }),
    })
    .transform((env) => ({
      maxBytes: env.MILLRACE_TRACKING_LIVE_BYTES,
      maxTraceBytes: env.MILLRACE_TRACKING_LIVE_TRACE_BYTES,
      maxCatchUp: env.MILLRACE_TRACKING_CATCH_UP_RECORDS,
      readTimeoutMs: env.MILLRACE_TRACKING_READ_TIMEOUT_MS,
      maxIndexBytes: env.MILLRACE_TRACKING_INDEX_BYTES,
      retentionEveryMs: env.MILLRACE_TRACKING_RETENTION_EVERY_MS,
      maxSubscriptions: env.MILLRACE_TRACKING_SUBSCRIPTIONS,
    })),
};

export type TrackingConfig = ConfigOf<typeof config>;

export function registryAddress({ upstream, access }: TrackingConfig) {
  return { url: upstream.registryUrl, serviceToken: access.serviceToken };
}
