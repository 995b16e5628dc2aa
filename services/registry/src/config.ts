import { baseConfig, eventsConfigFromEnv, urlSetting, type ConfigOf } from '@millrace/service-kit';
import { z } from 'zod';

export const config = {
  service: baseConfig(8102),
  events: eventsConfigFromEnv('registry'),
  upstream: z
    .object({ MILLRACE_SERVICE_TRACKING_URL: urlSetting('http://127.0.0.1:8101') })
    .transform((env) => ({ trackingUrl: env.MILLRACE_SERVICE_TRACKING_URL })),
};

export type RegistryConfig = ConfigOf<typeof config>;
