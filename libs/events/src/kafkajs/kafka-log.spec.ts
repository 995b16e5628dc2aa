import { expect, test } from 'vitest';
import type { EventsLog } from '../events-config.ts';
import { kafkaLogCreator } from './kafka-log.ts';
import { kafkajs } from './load-kafkajs.ts';

const said: string[] = [];
const at =
  (level: string) =>
  (event: string): void => {
    said.push(`${level} ${event}`);
  };
const log: EventsLog = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };

function levelOf(label: string, message: string, fields: { error?: string; timestamp?: string } = {}): string {
  said.length = 0;
  const entry = {
    namespace: 'Test',
    label,
    level: kafkajs.logLevel.ERROR,
    log: { timestamp: '2026-01-01T00:00:00Z', message, ...fields },
  };
  write(entry);
  return said.join();
}
const write = kafkaLogCreator(log)();

test.each([
  [
    'ERROR',
    'Response Heartbeat(key: 12, version: 3)',
    'The group is rebalancing, so a rejoin is needed',
    'info kafka.group-changed',
  ],
  ['ERROR', 'Response SyncGroup', 'The coordinator is not aware of this member', 'info kafka.group-changed'],
  ['ERROR', 'Connection error: connect ECONNREFUSED', '', 'warn kafka.unreachable'],
  ['ERROR', 'Failed to send messages', 'something odd', 'warn kafka.client'],
  ['INFO', '[ConsumerGroup] Consumer has joined the group', '', 'debug kafka.client'],
  ['WARN', 'Limiting retries for the idempotent producer may invalidate EoS guarantees', '', 'debug kafka.client'],
])('%s "%s" %s is said as: %s', (label, message, error, expected) => {
  expect(levelOf(label, message, { error })).toBe(expected);
});

test('an outage that is retried many times a second is said once in ten seconds', () => {
  const down = (timestamp: string): string => levelOf('ERROR', 'Connection timeout', { timestamp });
  expect(down('2026-01-01T00:01:00Z')).toBe('warn kafka.unreachable');
  expect(down('2026-01-01T00:01:09Z')).toBe('debug kafka.client');
  expect(down('2026-01-01T00:01:11Z')).toBe('warn kafka.unreachable');
});
