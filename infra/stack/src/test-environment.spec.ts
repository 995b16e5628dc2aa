import { expect, test } from 'vitest';
import { withoutOwnServers } from './test-environment.ts';

test('addresses and passwords of servers of the user are taken out, everything else stays', () => {
  const { env, ignored } = withoutOwnServers({
    PATH: '/bin',
    MILLRACE_KAFKA_BROKERS: 'kafka.example:9092',
    MILLRACE_KAFKA_PASSWORD: 'secret',
    MILLRACE_REDIS_CA_FILE: '/ca.pem',
    MILLRACE_CLICKHOUSE_URL: '',
    MILLRACE_STACK_DIR: '/stack',
  });
  expect(env).toEqual({ PATH: '/bin', MILLRACE_STACK_DIR: '/stack' });
  expect(ignored).toEqual(['MILLRACE_KAFKA_BROKERS', 'MILLRACE_KAFKA_PASSWORD', 'MILLRACE_REDIS_CA_FILE']);
});
