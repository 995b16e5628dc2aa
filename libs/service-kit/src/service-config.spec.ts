import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clickhouseConfigFromEnv, eventsConfigFromEnv, onlineStoreConfigFromEnv } from './connection-config.ts';
import { baseConfig, readConfig } from './service-config.ts';

const sections = {
  service: baseConfig(8102),
  events: eventsConfigFromEnv('registry'),
  clickhouse: clickhouseConfigFromEnv,
  online: onlineStoreConfigFromEnv,
};

describe('the configuration', () => {
  it('has defaults for a stack on this machine', () => {
    expect(readConfig(sections, { MILLRACE_HOST: '' })).toMatchObject({
      service: { host: '127.0.0.1', port: 8102, logLevel: 'info' },
      events: {
        kafka: { brokers: ['127.0.0.1:9092'], clientId: 'registry' },
        topicPrefix: '',
        sessionTimeoutMs: 10_000,
      },
      clickhouse: { url: 'http://127.0.0.1:8123', database: 'millrace', username: 'default', password: '' },
      online: { url: 'redis://127.0.0.1:6379', keyPrefix: 'mr' },
    });
  });

  it('names every fault of every section at once', () => {
    expect(() =>
      readConfig(sections, {
        MILLRACE_PORT: '70000',
        MILLRACE_KAFKA_TLS: 'yes',
        MILLRACE_KAFKA_CA_FILE: '/nowhere/ca.pem',
        MILLRACE_CLICKHOUSE_DATABASE: 'a; DROP',
        MILLRACE_REDIS_URL: 'http://x',
      }),
    ).toThrow(/MILLRACE_PORT[^]*MILLRACE_KAFKA_TLS[^]*MILLRACE_KAFKA_CA_FILE[^]*CLICKHOUSE_DATABASE[^]*REDIS_URL/);
  });

  it('takes a shorter session of consumers, and none that a late heartbeat would end', () => {
    const withSession = (ms: string) => readConfig(sections, { MILLRACE_KAFKA_SESSION_TIMEOUT_MS: ms }).events;
    expect(withSession('4000').sessionTimeoutMs).toBe(4_000);
    expect(() => withSession('1000')).toThrow(/MILLRACE_KAFKA_SESSION_TIMEOUT_MS/);
  });

  it('makes tables on a cluster where one is named', () => {
    expect(readConfig(sections, {}).clickhouse).not.toHaveProperty('cluster');
    expect(readConfig(sections, { MILLRACE_CLICKHOUSE_CLUSTER: 'main' }).clickhouse.cluster).toBe('main');
  });

  it('reads TLS and SASL, and wants the name and password that SASL needs', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'millrace-')), 'ca.pem');
    writeFileSync(file, 'PEM');
    const env = { MILLRACE_KAFKA_TLS: 'true', MILLRACE_KAFKA_CA_FILE: file, MILLRACE_KAFKA_SASL_MECHANISM: 'plain' };
    expect(() => readConfig(sections, env)).toThrow(/MILLRACE_KAFKA_USERNAME[^]*MILLRACE_KAFKA_PASSWORD/);
    expect(
      readConfig(sections, { ...env, MILLRACE_KAFKA_USERNAME: 'u', MILLRACE_KAFKA_PASSWORD: 'p' }).events.kafka,
    ).toMatchObject({ tls: { ca: 'PEM' }, sasl: { mechanism: 'plain', username: 'u', password: 'p' } });
  });

  it('reads the authority of Redis, and refuses authorities that a plain connection would not use', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'millrace-')), 'ca.pem');
    writeFileSync(file, 'PEM');
    const env = { MILLRACE_REDIS_URL: 'rediss://:secret@redis.example:6380', MILLRACE_REDIS_CA_FILE: file };
    expect(readConfig(sections, env).online).toEqual({ url: env.MILLRACE_REDIS_URL, keyPrefix: 'mr', ca: 'PEM' });
    expect(() => readConfig(sections, { MILLRACE_REDIS_CA_FILE: file, MILLRACE_KAFKA_CA_FILE: file })).toThrow(
      /MILLRACE_KAFKA_TLS is not true[^]*MILLRACE_REDIS_URL does not begin with rediss/,
    );
  });
});
