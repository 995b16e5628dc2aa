import { baseConfig, numberSetting, urlSetting } from '@millrace/service-kit';
import { z } from 'zod';
import type { UpstreamName } from './flow/routes.ts';

export const config = {
  // Uploads of any size pass through; the service behind sets the limit.
  service: baseConfig(8080),
  upstreams: z
    .object({
      MILLRACE_SERVICE_TRACKING_URL: urlSetting('http://127.0.0.1:8101'),
      MILLRACE_SERVICE_REGISTRY_URL: urlSetting('http://127.0.0.1:8102'),
      MILLRACE_SERVICE_FEATURES_URL: urlSetting('http://127.0.0.1:8103'),
      MILLRACE_SERVICE_INFERENCE_URL: urlSetting('http://127.0.0.1:8104'),
      MILLRACE_SERVICE_DRIFT_URL: urlSetting('http://127.0.0.1:8105'),
    })
    .transform((env): Readonly<Record<UpstreamName, string>> => ({
      tracking: env.MILLRACE_SERVICE_TRACKING_URL,
      registry: env.MILLRACE_SERVICE_REGISTRY_URL,
      features: env.MILLRACE_SERVICE_FEATURES_URL,
      inference: env.MILLRACE_SERVICE_INFERENCE_URL,
      drift: env.MILLRACE_SERVICE_DRIFT_URL,
    })),
  proxy: z
    .object({
      MILLRACE_GATEWAY_ANSWER_TIMEOUT_MS: numberSetting(120_000, { min: 100 }),
      MILLRACE_GATEWAY_CONNECTIONS: numberSetting(128, { min: 1 }),
    })
    .transform((env) => ({
      answerTimeoutMs: env.MILLRACE_GATEWAY_ANSWER_TIMEOUT_MS,
      connections: env.MILLRACE_GATEWAY_CONNECTIONS,
    })),
};
