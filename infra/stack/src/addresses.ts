import { rmSync } from 'node:fs';
import path from 'node:path';
import { readJson, writeJson } from './json-file.ts';
import type { InstancePaths } from './paths.ts';

/** The one file that tools and tests read: what runs, and the environment a service or a client needs to reach it. */
export interface Addresses {
  readonly instance: string;
  readonly pids: Readonly<Record<string, number>>;
  readonly env: Readonly<Record<string, string>>;
  readonly urls: Readonly<Record<string, string>>;
}

export function readAddresses(paths: InstancePaths): Addresses | null {
  return readJson(paths.addresses) as Addresses | null;
}

export function writeAddresses(paths: InstancePaths, addresses: Addresses): void {
  writeJson(paths.addresses, addresses);
}

export function removeAddresses(paths: InstancePaths): void {
  rmSync(paths.addresses, { force: true });
}

/** Settings of an existing server that aren't its address: they go through to the services as they are. */
export const passedThrough = [
  'MILLRACE_KAFKA_TLS',
  'MILLRACE_KAFKA_CA_FILE',
  'MILLRACE_KAFKA_SASL_MECHANISM',
  'MILLRACE_KAFKA_USERNAME',
  'MILLRACE_KAFKA_PASSWORD',
  'MILLRACE_SCHEMA_REGISTRY_USERNAME',
  'MILLRACE_SCHEMA_REGISTRY_PASSWORD',
  'MILLRACE_SCHEMA_REGISTRY_CA_FILE',
  'MILLRACE_CLICKHOUSE_DATABASE',
  'MILLRACE_CLICKHOUSE_USERNAME',
  'MILLRACE_CLICKHOUSE_PASSWORD',
  'MILLRACE_CLICKHOUSE_CA_FILE',
  'MILLRACE_CLICKHOUSE_CLUSTER',
  'MILLRACE_REDIS_CA_FILE',
  'MILLRACE_TOPIC_PREFIX',
  'MILLRACE_KEY_PREFIX',
  'MILLRACE_ARTIFACTS_DIR',
  'MILLRACE_ARTIFACTS_URL',
  'MILLRACE_ARTIFACTS_S3_ENDPOINT',
  'MILLRACE_ARTIFACTS_S3_REGION',
  'MILLRACE_ARTIFACTS_S3_ACCESS_KEY_ID',
  'MILLRACE_ARTIFACTS_S3_SECRET_ACCESS_KEY',
  'MILLRACE_ARTIFACTS_QUOTA_BYTES',
  'MILLRACE_ARTIFACTS_COLLECT_EVERY_MS',
  'MILLRACE_ARTIFACTS_KEPT_MS',
  'MILLRACE_PUBLIC_URL',
  'MILLRACE_REGISTRY_SECRET_KEY',
  'MILLRACE_REGISTRY_WEBHOOK_SCHEMES',
  'MILLRACE_REGISTRY_WEBHOOK_ALLOW_PRIVATE',
  'MILLRACE_LOG_LEVEL',
] as const;

export function passedThroughEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name of passedThrough) {
    const value = env[name];
    if (value !== undefined && value !== '') result[name] = value;
  }
  return result;
}

export function artifactsDirectory(paths: InstancePaths): string {
  return path.join(paths.data, 'artifacts');
}

/** What every service is told beside the addresses of servers and services. */
export function platformEnv(paths: InstancePaths): Record<string, string> {
  return {
    MILLRACE_CLICKHOUSE_DATABASE: 'millrace',
    MILLRACE_TOPIC_PREFIX: '',
    MILLRACE_KEY_PREFIX: 'mr',
    MILLRACE_ARTIFACTS_DIR: artifactsDirectory(paths),
    MILLRACE_HOST: '127.0.0.1',
    MILLRACE_LOG_LEVEL: 'info',
  };
}
