import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouse } from '@millrace/clickhouse';
import { EventBus, type EventsLog } from '@millrace/events';
import { OnlineStore } from '@millrace/online-store';
import {
  securedHttp,
  securedKafka,
  securedRedis,
  stackAddresses,
  throwAwayAuthority,
  type SecuredServer,
} from '@millrace/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickhouseConfigFromEnv, eventsConfigFromEnv, onlineStoreConfigFromEnv } from './connection-config.ts';
import { readConfig, type Environment } from './service-config.ts';

/** Servers that take nobody without TLS and a password, reached as a service reaches them: through its environment. */
const login = { username: 'client', password: 'correct' };
const ignore = (): void => undefined;
const silent: EventsLog = { debug: ignore, info: ignore, warn: ignore, error: ignore };
let folder = '';
let env: Record<string, string> = {};
let anotherCaFile = '';
const servers: SecuredServer[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-tls-'));
  const authority = throwAwayAuthority(folder, 'right');
  anotherCaFile = throwAwayAuthority(folder, 'wrong').caFile;
  const stack = stackAddresses().env;
  const registryUrl = new URL(stack['MILLRACE_SCHEMA_REGISTRY_URL'] ?? '');
  const kafka = await securedKafka(folder, authority, login);
  servers.push(kafka);
  const redis = await securedRedis(folder, authority, login);
  servers.push(redis);
  const registry = await securedHttp(registryUrl.origin, authority, login);
  servers.push(registry);
  // Its own users are asked for their passwords.
  const clickhouse = await securedHttp(stack['MILLRACE_CLICKHOUSE_URL'] ?? '', authority, null);
  servers.push(clickhouse);
  env = {
    MILLRACE_KAFKA_BROKERS: `127.0.0.1:${kafka.port}`,
    MILLRACE_KAFKA_TLS: 'true',
    MILLRACE_KAFKA_CA_FILE: authority.caFile,
    MILLRACE_KAFKA_SASL_MECHANISM: 'scram-sha-256',
    MILLRACE_KAFKA_USERNAME: login.username,
    MILLRACE_KAFKA_PASSWORD: login.password,
    MILLRACE_SCHEMA_REGISTRY_URL: `https://127.0.0.1:${registry.port}${registryUrl.pathname}`,
    MILLRACE_SCHEMA_REGISTRY_USERNAME: login.username,
    MILLRACE_SCHEMA_REGISTRY_PASSWORD: login.password,
    MILLRACE_SCHEMA_REGISTRY_CA_FILE: authority.caFile,
    MILLRACE_REDIS_URL: `rediss://:${login.password}@127.0.0.1:${redis.port}`,
    MILLRACE_REDIS_CA_FILE: authority.caFile,
    MILLRACE_CLICKHOUSE_URL: `https://127.0.0.1:${clickhouse.port}`,
    MILLRACE_CLICKHOUSE_DATABASE: 'default',
    MILLRACE_CLICKHOUSE_USERNAME: stack['MILLRACE_CLICKHOUSE_ANALYST_USERNAME'] ?? '',
    MILLRACE_CLICKHOUSE_PASSWORD: stack['MILLRACE_CLICKHOUSE_ANALYST_PASSWORD'] ?? '',
    MILLRACE_CLICKHOUSE_CA_FILE: authority.caFile,
  };
});

afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const sections = {
  events: eventsConfigFromEnv('secured'),
  online: onlineStoreConfigFromEnv,
  clickhouse: clickhouseConfigFromEnv,
};

const connections = {
  async events(environment: Environment): Promise<void> {
    const bus = await EventBus.connect(readConfig(sections, environment).events, silent);
    await bus.close();
  },
  async redis(environment: Environment): Promise<void> {
    const store = await OnlineStore.connect(readConfig(sections, environment).online, silent);
    await store.ping();
    await store.close();
  },
  async clickhouse(environment: Environment): Promise<void> {
    const client = new ClickHouse(readConfig(sections, environment).clickhouse);
    try {
      expect(await client.queryOne('SELECT 1 AS one')).toEqual({ one: 1 });
    } finally {
      await client.close();
    }
  },
} as const;

test.each([
  ['events', 'plain'],
  ['events', 'scram-sha-256'],
  ['redis', ''],
  ['clickhouse', ''],
] as const)('%s connects over TLS with its password %s', async (what, mechanism) => {
  await connections[what]({ ...env, ...(mechanism && { MILLRACE_KAFKA_SASL_MECHANISM: mechanism }) });
});

test.each([
  ['events', 'MILLRACE_KAFKA_CA_FILE', 'EVENTS_TLS_REFUSED'],
  ['events', 'MILLRACE_SCHEMA_REGISTRY_CA_FILE', 'DEPENDENCY_UNAVAILABLE'],
  ['redis', 'MILLRACE_REDIS_CA_FILE', 'ONLINE_STORE_UNAVAILABLE'],
  ['clickhouse', 'MILLRACE_CLICKHOUSE_CA_FILE', 'DEPENDENCY_UNAVAILABLE'],
] as const)('%s with the wrong %s is refused with a code', async (what, name, code) => {
  await expect(connections[what]({ ...env, [name]: anotherCaFile })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/certificate|issuer/i),
  });
});

test.each([
  ['events', { MILLRACE_KAFKA_SASL_MECHANISM: 'plain', MILLRACE_KAFKA_PASSWORD: 'wrong' }, 'EVENTS_NOT_AUTHENTICATED'],
  ['events', { MILLRACE_KAFKA_PASSWORD: 'wrong' }, 'EVENTS_NOT_AUTHENTICATED'],
  ['events', { MILLRACE_SCHEMA_REGISTRY_PASSWORD: 'wrong' }, 'EVENTS_REGISTRY_NOT_AUTHORIZED'],
  ['redis', { MILLRACE_REDIS_URL: 'wrong' }, 'ONLINE_STORE_UNAVAILABLE'],
  ['clickhouse', { MILLRACE_CLICKHOUSE_PASSWORD: 'wrong' }, 'CLICKHOUSE_QUERY_REFUSED'],
] as const)('%s with a wrong password is refused with a code: %o', async (what, wrong, code) => {
  // The password of Redis is a part of its address.
  const redisUrl = (env['MILLRACE_REDIS_URL'] ?? '').replace(`:${login.password}@`, ':wrong@');
  const given = what === 'redis' ? { MILLRACE_REDIS_URL: redisUrl } : wrong;
  await expect(connections[what]({ ...env, ...given })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/password|authenticat/i),
  });
});
