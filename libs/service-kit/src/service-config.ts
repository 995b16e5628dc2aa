import { z } from 'zod';
import { CodedError, type Fault } from './coded-error.ts';
import { logLevels } from './service-log.ts';
import { faultsOfIssues } from './parse-request.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Named parts, each a zod schema that reads environment variables and gives one part of the configuration. */
export type ConfigSections = Readonly<Record<string, z.ZodType>>;
export type ConfigOf<S extends ConfigSections> = { readonly [K in keyof S]: z.output<S[K]> };

/** What every service has. */
export interface BaseConfig {
  readonly host: string;
  readonly port: number;
  readonly logLevel: (typeof logLevels)[number];
  readonly shutdownDeadlineMs: number;
  readonly maxBodyBytes: number;
}

export const textSetting = (fallback?: string) =>
  fallback === undefined ? z.string({ error: 'is not set' }).min(1, 'is empty') : z.string().min(1).default(fallback);

export const urlSetting = (fallback?: string) => {
  const url = z
    .url({ error: 'is not an address such as http://127.0.0.1:8080' })
    .transform((text) => text.replace(/\/+$/, ''));
  return fallback === undefined ? url : url.default(fallback);
};

export const numberSetting = (fallback: number, bounds: { min?: number; max?: number } = {}) =>
  z.coerce
    .number({ error: 'is not a number' })
    .int('is not a whole number')
    .min(bounds.min ?? 0)
    .max(bounds.max ?? Number.MAX_SAFE_INTEGER)
    .default(fallback);

export const flagSetting = (fallback: boolean) =>
  z
    .enum(['true', 'false'], { error: 'is neither true nor false' })
    .transform((text) => text === 'true')
    .default(fallback);

export function baseConfig(defaultPort: number): z.ZodType<BaseConfig> {
  return z
    .object({
      MILLRACE_HOST: textSetting('127.0.0.1'),
      MILLRACE_PORT: numberSetting(defaultPort, { max: 65_535 }),
      MILLRACE_LOG_LEVEL: z.enum(logLevels, { error: `is none of ${logLevels.join(', ')}` }).default('info'),
      MILLRACE_SHUTDOWN_DEADLINE_MS: numberSetting(15_000, { min: 100 }),
      MILLRACE_MAX_BODY_BYTES: numberSetting(16 * 1024 * 1024, { min: 1024 }),
    })
    .transform((env) => ({
      host: env.MILLRACE_HOST,
      port: env.MILLRACE_PORT,
      logLevel: env.MILLRACE_LOG_LEVEL,
      shutdownDeadlineMs: env.MILLRACE_SHUTDOWN_DEADLINE_MS,
      maxBodyBytes: env.MILLRACE_MAX_BODY_BYTES,
    }));
}

/** Reads every section and throws CONFIG_INVALID that lists all faults of all of them at once. */
export function readConfig<S extends ConfigSections>(sections: S, environment: Environment): ConfigOf<S> {
  // A variable that is set to nothing is as good as not set: compose files and shells cannot unset.
  const env = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const config: Record<string, unknown> = {};
  const faults: Fault[] = [];
  for (const [name, schema] of Object.entries(sections)) {
    const parsed = schema.safeParse(env);
    if (parsed.success) config[name] = parsed.data;
    else faults.push(...faultsOfIssues(parsed.error.issues));
  }
  if (faults.length > 0) {
    const unique = [...new Map(faults.map((fault) => [`${fault.path} ${fault.message}`, fault])).values()];
    const lines = unique.map(({ path, message }) => `  ${path} ${message}`);
    throw new CodedError('CONFIG_INVALID', `the configuration has faults:\n${lines.join('\n')}`, { faults: unique });
  }
  return config as ConfigOf<S>;
}
