import { expect, test } from 'vitest';
import { EventsError, TransientError } from '../errors.ts';
import { kafkaFailure } from './kafka-failure.ts';
import { loadInternal } from './kafkajs-internals.ts';
import { kafkajs } from './load-kafkajs.ts';

const { createErrorFromCode } = loadInternal('src/protocol/error') as { createErrorFromCode: (code: number) => Error };
const refused = new kafkajs.KafkaJSConnectionError('Connection error: connect ECONNREFUSED', { broker: 'b:1' });
const exceeded = (cause: Error): Error =>
  Object.assign(new Error(cause.message, { cause }), { name: 'KafkaJSNumberOfRetriesExceeded' });

test.each([
  ['a refused connection', refused],
  ['a refused connection behind exhausted retries', exceeded(refused)],
  ['a request that timed out', Object.assign(new Error('Timeout'), { name: 'KafkaJSTimeout' })],
  ['a partition without a leader', createErrorFromCode(6)],
  ['a lost sequence of the idempotent producer', createErrorFromCode(45)],
  ['a producer that the broker has forgotten', createErrorFromCode(59)],
  ['a socket that was reset', Object.assign(new Error('read'), { code: 'ECONNRESET' })],
])('%s is an outage', (_, error) => {
  expect(kafkaFailure(error, 'publishing 3 records')).toBeInstanceOf(TransientError);
});

test.each([
  ['a record too large', createErrorFromCode(10), 'EVENTS_RECORD_TOO_LARGE'],
  ['a topic that is missing', exceeded(createErrorFromCode(3)), 'EVENTS_TOPIC_MISSING'],
  ['a topic that may not be written', createErrorFromCode(29), 'EVENTS_NOT_AUTHORIZED'],
  [
    'a wrong password',
    Object.assign(new Error('no'), { name: 'KafkaJSSASLAuthenticationError' }),
    'EVENTS_NOT_AUTHENTICATED',
  ],
  [
    'a certificate that is not trusted',
    new kafkajs.KafkaJSConnectionError('self-signed', { broker: 'b:1', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    'EVENTS_TLS_REFUSED',
  ],
  ['anything else', new Error('odd'), 'EVENTS_KAFKA_FAILED'],
])('%s is a coded fault', (_, error, code) => {
  const failure = kafkaFailure(error, 'publishing 3 records');
  expect(failure).toBeInstanceOf(EventsError);
  expect(failure.code).toBe(code);
  expect(failure.message).toContain('publishing 3 records: ');
});

test('what is classified already stays as it is', () => {
  const known = new TransientError('kafka', 'down');
  expect(kafkaFailure(known, 'again')).toBe(known);
});
