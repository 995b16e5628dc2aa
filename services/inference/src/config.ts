import { accessConfig } from '@millrace/people';
import {
  baseConfig,
  clickhouseConfigFromEnv,
  eventsConfigFromEnv,
  numberSetting,
  onlineStoreConfigFromEnv,
  urlSetting,
} from '@millrace/service-kit';
import type { ConfigOf } from '@millrace/service-kit';
import { z } from 'zod';

const megabyte = 1024 * 1024;

export const inferenceConfig = {
  service: baseConfig(8104),
  events: eventsConfigFromEnv('millrace-inference'),
  clickhouse: clickhouseConfigFromEnv,
  onlineStore: onlineStoreConfigFromEnv,
  access: accessConfig,
  requests: z
    .object({
      /** How long a repeat of a request is answered as the first one was. */
      MILLRACE_INFERENCE_REQUEST_RETENTION_MS: numberSetting(3_600_000, { min: 1000 }),
    })
    .transform((env) => ({ retentionMs: env.MILLRACE_INFERENCE_REQUEST_RETENTION_MS })),
  services: z
    .object({
      MILLRACE_SERVICE_FEATURES_URL: urlSetting('http://127.0.0.1:8103'),
      MILLRACE_SERVICE_REGISTRY_URL: urlSetting('http://127.0.0.1:8102'),
      MILLRACE_SERVICE_TRACKING_URL: urlSetting('http://127.0.0.1:8101'),
      MILLRACE_INFERENCE_HTTP_TIMEOUT_MS: numberSetting(10_000, { min: 100 }),
    })
    .transform((env) => ({
      featuresUrl: env.MILLRACE_SERVICE_FEATURES_URL,
      registryUrl: env.MILLRACE_SERVICE_REGISTRY_URL,
      trackingUrl: env.MILLRACE_SERVICE_TRACKING_URL,
      httpTimeoutMs: env.MILLRACE_INFERENCE_HTTP_TIMEOUT_MS,
    })),
  models: z
    .object({
      /** Vectors scored in one call; the event loop stands still for it. */
      MILLRACE_INFERENCE_BATCH_ROWS: numberSetting(500, { min: 1, max: 10_000 }),
      MILLRACE_INFERENCE_MAX_MODEL_BYTES: numberSetting(256 * megabyte, { min: 1024 }),
      MILLRACE_INFERENCE_TRIAL_DEADLINE_MS: numberSetting(30_000, { min: 100 }),
      MILLRACE_INFERENCE_TRIAL_MEMORY_BYTES: numberSetting(4096 * megabyte, { min: 1024 * megabyte }),
      MILLRACE_INFERENCE_MAX_BATCH_MS: numberSetting(2000, { min: 1 }),
      /** Loading blocks heartbeats, of which a consumer group misses at most ten seconds. */
      MILLRACE_INFERENCE_MAX_LOAD_MS: numberSetting(3000, { min: 1, max: 8000 }),
    })
    .transform((env) => ({
      batchRows: env.MILLRACE_INFERENCE_BATCH_ROWS,
      admission: { maxModelBytes: env.MILLRACE_INFERENCE_MAX_MODEL_BYTES, maxNodes: 2_000_000, maxInputs: 4096 },
      trial: {
        deadlineMs: env.MILLRACE_INFERENCE_TRIAL_DEADLINE_MS,
        cpuSeconds: Math.ceil(env.MILLRACE_INFERENCE_TRIAL_DEADLINE_MS / 1000),
        memoryBytes: env.MILLRACE_INFERENCE_TRIAL_MEMORY_BYTES,
        batchRows: env.MILLRACE_INFERENCE_BATCH_ROWS,
        maxBatchMs: env.MILLRACE_INFERENCE_MAX_BATCH_MS,
        maxLoadMs: env.MILLRACE_INFERENCE_MAX_LOAD_MS,
      },
    })),
};

export type InferenceConfig = ConfigOf<typeof inferenceConfig>;
