import { accessConfig } from '@millrace/people';
import {
  baseConfig,
  clickhouseConfigFromEnv,
  eventsConfigFromEnv,
  numberSetting,
  urlSetting,
} from '@millrace/service-kit';
import type { ConfigOf } from '@millrace/service-kit';
import { z } from 'zod';

export const driftConfig = {
  service: baseConfig(8105),
  events: eventsConfigFromEnv('millrace-drift'),
  clickhouse: clickhouseConfigFromEnv,
  access: accessConfig,
  own: z
    .object({
      MILLRACE_SERVICE_FEATURES_URL: urlSetting('http://127.0.0.1:8103'),
      MILLRACE_SERVICE_INFERENCE_URL: urlSetting('http://127.0.0.1:8104'),
      /** Time between two looks at the monitors; a look that takes long makes the next one later. */
      MILLRACE_DRIFT_ROUND_MS: numberSetting(3000, { min: 50 }),
      /** So many of the newest windows of a monitor are looked at again for new outcomes. */
      MILLRACE_DRIFT_LOOK_BACK_WINDOWS: numberSetting(1000, { min: 1 }),
      /** Rows whose features are compared, of one window or reference; of more, always the same sample. */
      MILLRACE_DRIFT_MAX_ROWS: numberSetting(100_000, { min: 100 }),
      /** New windows that one look reports of a monitor. */
      MILLRACE_DRIFT_WINDOWS_PER_ROUND: numberSetting(50, { min: 1 }),
      /** A source partition that brought no prediction for so long is not waited for when windows close. */
      MILLRACE_DRIFT_IDLE_PARTITION_MS: numberSetting(30_000, { min: 0 }),
    })
    .transform((env) => ({
      featuresUrl: env.MILLRACE_SERVICE_FEATURES_URL,
      inferenceUrl: env.MILLRACE_SERVICE_INFERENCE_URL,
      roundMs: env.MILLRACE_DRIFT_ROUND_MS,
      limits: {
        lookBackWindows: env.MILLRACE_DRIFT_LOOK_BACK_WINDOWS,
        maxRows: env.MILLRACE_DRIFT_MAX_ROWS,
        windowsPerRound: env.MILLRACE_DRIFT_WINDOWS_PER_ROUND,
        idlePartitionMs: env.MILLRACE_DRIFT_IDLE_PARTITION_MS,
      },
    })),
};

export type DriftConfig = ConfigOf<typeof driftConfig>;
