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
import { webhooksConfig } from './webhooks-config.ts';

export const config = {
  service: baseConfig(8102),
  events: eventsConfigFromEnv('registry'),
  clickhouse: clickhouseConfigFromEnv,
  access: accessConfig,
  retention: z
    .object({ MILLRACE_REGISTRY_ARCHIVE_RETENTION_DAYS: numberSetting(30, { min: 0 }) })
    .transform((env) => ({ archivedMs: env.MILLRACE_REGISTRY_ARCHIVE_RETENTION_DAYS * 86_400_000 })),
  webhooks: webhooksConfig,
  upstream: z
    .object({
      MILLRACE_SERVICE_TRACKING_URL: urlSetting('http://127.0.0.1:8101'),
      MILLRACE_SERVICE_INFERENCE_URL: urlSetting('http://127.0.0.1:8104'),
    })
    .transform((env) => ({
      trackingUrl: env.MILLRACE_SERVICE_TRACKING_URL,
      inferenceUrl: env.MILLRACE_SERVICE_INFERENCE_URL,
    })),
};

export type RegistryConfig = ConfigOf<typeof config>;

/** Where the tracking service is, and what this service proves itself with. */
export interface TrackingAddress {
  readonly url: string;
  readonly serviceToken: string | undefined;
}

export function trackingAddress({ upstream, access }: RegistryConfig): TrackingAddress {
  return { url: upstream.trackingUrl, serviceToken: access.serviceToken };
}
