import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { flagSetting, numberSetting, readConfig, textSetting, urlSetting, type Environment } from './service-config.ts';

/** The part of the environment that libs/events needs, in the shape of its EventsConfig. */
export interface EventsSettings {
  readonly kafka: {
    readonly brokers: string[];
    readonly clientId: string;
    readonly tls?: { readonly ca?: string };
    readonly sasl?: {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    };
  };
  readonly schemaRegistry: {
    readonly url: string;
    readonly username?: string;
    readonly password?: string;
    readonly ca?: string;
  };
  readonly topicPrefix: string;
  readonly sessionTimeoutMs: number;
  readonly deadLetterLimits: {
    readonly handlerFaults: { readonly max: number; readonly windowMs: number };
    readonly share: { readonly share: number; readonly records: number };
  };
}

/** A file named in the environment, read once at the start; a missing one is a fault of the configuration. */
const caFile = z.string().transform((path, context) => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    context.addIssue({
      code: 'custom',
      message: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    });
    return z.NEVER;
  }
});

const topicPrefix = z
  .string()
  .regex(/^[A-Za-z0-9._-]*$/, 'may hold letters, digits, ".", "_" and "-" only')
  .default('');

export function eventsConfigFromEnv(clientId: string): z.ZodType<EventsSettings> {
  return z
    .object({
      MILLRACE_KAFKA_BROKERS: textSetting('127.0.0.1:9092'),
      MILLRACE_KAFKA_TLS: flagSetting(false),
      MILLRACE_KAFKA_CA_FILE: caFile.optional(),
      MILLRACE_KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
      MILLRACE_KAFKA_USERNAME: z.string().optional(),
      MILLRACE_KAFKA_PASSWORD: z.string().optional(),
      MILLRACE_SCHEMA_REGISTRY_URL: urlSetting('http://127.0.0.1:8081/apis/ccompat/v7'),
      MILLRACE_SCHEMA_REGISTRY_USERNAME: z.string().optional(),
      MILLRACE_SCHEMA_REGISTRY_PASSWORD: z.string().optional(),
      MILLRACE_SCHEMA_REGISTRY_CA_FILE: caFile.optional(),
      MILLRACE_TOPIC_PREFIX: topicPrefix,
      /** How long a process that died or froze keeps its partitions; the broker has bounds of its own (6 s to 30 min by default). */
      MILLRACE_KAFKA_SESSION_TIMEOUT_MS: numberSetting(10_000, { min: 3_000 }),
      /** A topic stops when more than this part of its last so many records are dead letters; 1 never stops it. */
      MILLRACE_DEAD_LETTERS_MAX_SHARE: z.coerce.number().min(0).max(1).default(0.5),
      MILLRACE_DEAD_LETTERS_SHARE_RECORDS: z.coerce.number().int().positive().default(2_000),
      /** It stops as well when our own code fails on more records than this within a minute. */
      MILLRACE_HANDLER_FAULTS_A_MINUTE: z.coerce.number().int().min(0).default(50),
    })
    .superRefine((env, context) => {
      if (env.MILLRACE_KAFKA_CA_FILE !== undefined && !env.MILLRACE_KAFKA_TLS) {
        context.addIssue({
          code: 'custom',
          path: ['MILLRACE_KAFKA_TLS'],
          message: 'is not true, MILLRACE_KAFKA_CA_FILE is for TLS',
        });
      }
      if (!env.MILLRACE_KAFKA_SASL_MECHANISM) return;
      for (const name of ['MILLRACE_KAFKA_USERNAME', 'MILLRACE_KAFKA_PASSWORD'] as const) {
        if (env[name] === undefined) {
          context.addIssue({ code: 'custom', path: [name], message: 'is needed with MILLRACE_KAFKA_SASL_MECHANISM' });
        }
      }
    })
    .transform((env) => ({
      kafka: {
        brokers: env.MILLRACE_KAFKA_BROKERS.split(',').map((broker) => broker.trim()),
        clientId,
        ...(env.MILLRACE_KAFKA_TLS && {
          tls: env.MILLRACE_KAFKA_CA_FILE === undefined ? {} : { ca: env.MILLRACE_KAFKA_CA_FILE },
        }),
        ...(env.MILLRACE_KAFKA_SASL_MECHANISM && {
          sasl: {
            mechanism: env.MILLRACE_KAFKA_SASL_MECHANISM,
            username: env.MILLRACE_KAFKA_USERNAME ?? '',
            password: env.MILLRACE_KAFKA_PASSWORD ?? '',
          },
        }),
      },
      schemaRegistry: {
        url: env.MILLRACE_SCHEMA_REGISTRY_URL,
        ...(env.MILLRACE_SCHEMA_REGISTRY_USERNAME && { username: env.MILLRACE_SCHEMA_REGISTRY_USERNAME }),
        ...(env.MILLRACE_SCHEMA_REGISTRY_PASSWORD && { password: env.MILLRACE_SCHEMA_REGISTRY_PASSWORD }),
        ...(env.MILLRACE_SCHEMA_REGISTRY_CA_FILE && { ca: env.MILLRACE_SCHEMA_REGISTRY_CA_FILE }),
      },
      topicPrefix: env.MILLRACE_TOPIC_PREFIX,
      sessionTimeoutMs: env.MILLRACE_KAFKA_SESSION_TIMEOUT_MS,
      deadLetterLimits: {
        handlerFaults: { max: env.MILLRACE_HANDLER_FAULTS_A_MINUTE, windowMs: 60_000 },
        share: { share: env.MILLRACE_DEAD_LETTERS_MAX_SHARE, records: env.MILLRACE_DEAD_LETTERS_SHARE_RECORDS },
      },
    }));
}

/** For programs that need nothing else, as the command line: the settings, or CONFIG_INVALID with every fault. */
export function readEventsSettings(env: Environment, clientId: string): EventsSettings {
  return readConfig({ events: eventsConfigFromEnv(clientId) }, env).events;
}

export interface ClickhouseSettings {
  readonly url: string;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly ca?: string;
  readonly cluster?: string;
}

export const clickhouseConfigFromEnv: z.ZodType<ClickhouseSettings> = z
  .object({
    MILLRACE_CLICKHOUSE_URL: urlSetting('http://127.0.0.1:8123'),
    MILLRACE_CLICKHOUSE_DATABASE: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'may hold letters, digits and "_" only')
      .default('millrace'),
    MILLRACE_CLICKHOUSE_USERNAME: textSetting('default'),
    MILLRACE_CLICKHOUSE_PASSWORD: z.string().default(''),
    MILLRACE_CLICKHOUSE_CA_FILE: caFile.optional(),
    /** Tables are made on it, and replicated. */
    MILLRACE_CLICKHOUSE_CLUSTER: z.string().optional(),
  })
  .transform((env) => ({
    url: env.MILLRACE_CLICKHOUSE_URL,
    database: env.MILLRACE_CLICKHOUSE_DATABASE,
    username: env.MILLRACE_CLICKHOUSE_USERNAME,
    password: env.MILLRACE_CLICKHOUSE_PASSWORD,
    ...(env.MILLRACE_CLICKHOUSE_CA_FILE && { ca: env.MILLRACE_CLICKHOUSE_CA_FILE }),
    ...(env.MILLRACE_CLICKHOUSE_CLUSTER && { cluster: env.MILLRACE_CLICKHOUSE_CLUSTER }),
  }));

export interface OnlineStoreSettings {
  readonly url: string;
  readonly keyPrefix: string;
  readonly ca?: string;
}

export const onlineStoreConfigFromEnv: z.ZodType<OnlineStoreSettings> = z
  .object({
    MILLRACE_REDIS_URL: z
      .string()
      .regex(/^rediss?:\/\//, 'is not an address such as redis://127.0.0.1:6379')
      .default('redis://127.0.0.1:6379'),
    MILLRACE_KEY_PREFIX: z
      .string()
      .regex(/^[A-Za-z0-9._-]+$/, 'may hold letters, digits, ".", "_" and "-" only')
      .default('mr'),
    MILLRACE_REDIS_CA_FILE: caFile.optional(),
  })
  .superRefine((env, context) => {
    // Over a plain connection the authority would check nothing, and the password would go out in clear.
    if (env.MILLRACE_REDIS_CA_FILE !== undefined && !env.MILLRACE_REDIS_URL.startsWith('rediss://')) {
      context.addIssue({
        code: 'custom',
        path: ['MILLRACE_REDIS_URL'],
        message: 'does not begin with rediss://, MILLRACE_REDIS_CA_FILE is for TLS',
      });
    }
  })
  .transform((env) => ({
    url: env.MILLRACE_REDIS_URL,
    keyPrefix: env.MILLRACE_KEY_PREFIX,
    ...(env.MILLRACE_REDIS_CA_FILE && { ca: env.MILLRACE_REDIS_CA_FILE }),
  }));
