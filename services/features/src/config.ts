import { accessConfig } from '@millrace/people';
import {
  baseConfig,
  clickhouseConfigFromEnv,
  eventsConfigFromEnv,
  onlineStoreConfigFromEnv,
  urlSetting,
  type ConfigOf,
} from '@millrace/service-kit';
import { z } from 'zod';

const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);

export const config = {
  service: baseConfig(8103),
  events: eventsConfigFromEnv('features'),
  clickhouse: clickhouseConfigFromEnv,
  onlineStore: onlineStoreConfigFromEnv,
  access: accessConfig,
  upstream: z
    .object({ MILLRACE_SERVICE_REGISTRY_URL: urlSetting('http://127.0.0.1:8102') })
    .transform((env) => ({ registryUrl: env.MILLRACE_SERVICE_REGISTRY_URL })),
  own: z.object({
    /** Largest batch that is taken from a source partition at once. */
    MILLRACE_FEATURES_BATCH_RECORDS: count(500),
    /** Largest value of a source record in bytes; a larger one is dead-lettered. */
    MILLRACE_FEATURES_MAX_RECORD_BYTES: count(1_048_576),
    /** Entity states that the owner of a partition keeps in memory. */
    MILLRACE_FEATURES_CACHED_STATES: count(50_000),
    /** Values, rows times features, that one read of Feast's protocol may ask for. */
    MILLRACE_FEATURES_MAX_READ_CELLS: count(1_000_000),
    /** Port of Feast's registry server (gRPC); there is none unless it is given. */
    MILLRACE_FEATURES_GRPC_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
    /** How often served vectors are recomputed by SQL, and how many of them. */
    MILLRACE_FEATURES_PARITY_INTERVAL_MS: count(15_000),
    MILLRACE_FEATURES_PARITY_SAMPLE: count(200),
    /** Longest time a row waits before it is written to ClickHouse. */
    MILLRACE_FEATURES_HISTORY_WAIT_MS: count(1_000),
  }),
};

export type FeaturesConfig = ConfigOf<typeof config>;
