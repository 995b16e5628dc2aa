import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventsConfigOf, gatewayUrlOf } from './events-config.ts';
import { platformEnvironment, type Environment } from './platform-environment.ts';

let root: string;
let inner: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'env-test-'));
  inner = join(root, 'a', 'b');
  await mkdir(inner, { recursive: true });
  for (const instance of ['default', 'other']) {
    const stack = join(root, '.millrace', 'stack', instance);
    await mkdir(stack, { recursive: true });
    const env = { MILLRACE_GATEWAY_URL: `http://${instance}/`, MILLRACE_TOPIC_PREFIX: 'x.' };
    await writeFile(join(stack, 'addresses.json'), JSON.stringify({ env }));
  }
});
afterAll(() => rm(root, { recursive: true }));

test('addresses come from the nearest running stack above the folder', () => {
  expect(gatewayUrlOf(platformEnvironment({}, inner))).toBe('http://default');
  expect(gatewayUrlOf(platformEnvironment({ MILLRACE_STACK_INSTANCE: 'other' }, inner))).toBe('http://other');
});

test('what the environment says goes before it', () => {
  const env = platformEnvironment({ MILLRACE_GATEWAY_URL: 'http://mine', MILLRACE_TOPIC_PREFIX: '' }, inner);
  expect(env).toMatchObject({ MILLRACE_GATEWAY_URL: 'http://mine', MILLRACE_TOPIC_PREFIX: 'x.' });
});

test('without a stack the usual local addresses count', () => {
  const env = platformEnvironment({}, tmpdir());
  expect(gatewayUrlOf(env)).toBe('http://127.0.0.1:8080');
  expect(eventsConfigOf(env, 'me')).toMatchObject({
    kafka: { brokers: ['127.0.0.1:9092'], clientId: 'me' },
    schemaRegistry: { url: 'http://127.0.0.1:8081/apis/ccompat/v7' },
    topicPrefix: '',
  });
});

test('TLS, SASL and the registry are read as the services read them', async () => {
  const ca = join(root, 'ca.pem');
  await writeFile(ca, 'PEM');
  const config = eventsConfigOf(
    {
      MILLRACE_KAFKA_BROKERS: 'a:1, b:2',
      MILLRACE_KAFKA_TLS: 'true',
      MILLRACE_KAFKA_CA_FILE: ca,
      MILLRACE_KAFKA_SASL_MECHANISM: 'scram-sha-512',
      MILLRACE_KAFKA_USERNAME: 'u',
      MILLRACE_KAFKA_PASSWORD: 'p',
      MILLRACE_SCHEMA_REGISTRY_USERNAME: 'r',
    },
    'me',
  );
  expect(config.kafka).toEqual({
    brokers: ['a:1', 'b:2'],
    clientId: 'me',
    tls: { ca: 'PEM' },
    sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
  });
  expect(config.schemaRegistry).toMatchObject({ username: 'r' });
});

test('settings that cannot be used are refused and named: no connection falls back to plain text', () => {
  const config = (env: Environment) => () => eventsConfigOf(env, 'me');
  expect(config({ MILLRACE_KAFKA_SASL_MECHANISM: 'gssapi' })).toThrow(/MILLRACE_KAFKA_SASL_MECHANISM.*scram-sha-256/);
  expect(config({ MILLRACE_KAFKA_TLS: 'true', MILLRACE_KAFKA_CA_FILE: '/none.pem' })).toThrow(/MILLRACE_KAFKA_CA_FILE/);
  expect(config({ MILLRACE_KAFKA_TLS: '1' })).toThrow(/MILLRACE_KAFKA_TLS is neither true nor false/);
  expect(config({ MILLRACE_KAFKA_CA_FILE: join(inner, '../..', 'a') })).toThrow(/MILLRACE_KAFKA_CA_FILE/);
  expect(config({ MILLRACE_KAFKA_SASL_MECHANISM: 'plain', MILLRACE_KAFKA_USERNAME: 'u' })).toThrow(
    expect.objectContaining({
      code: 'CLIENT_CONFIG_INVALID',
      message: expect.stringContaining('MILLRACE_KAFKA_PASSWORD is needed'),
    }),
  );
});

test('a variable that is set to nothing counts as not set, with a running stack and without one', () => {
  expect(platformEnvironment({ MILLRACE_KAFKA_TLS: '', MILLRACE_STACK_INSTANCE: '' }, tmpdir())).toEqual({});
  expect(gatewayUrlOf(platformEnvironment({ MILLRACE_STACK_INSTANCE: '' }, inner))).toBe('http://default');
  expect(eventsConfigOf({ MILLRACE_KAFKA_SASL_MECHANISM: '' }, 'me').kafka).not.toHaveProperty('sasl');
});
