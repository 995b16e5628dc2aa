import { expect, test } from 'vitest';
import { dropAborted } from './drop-aborted.ts';
import type { TransactionalMessage } from './drop-aborted.ts';

const ABORT = Buffer.from([0, 0, 0, 0]);
const COMMIT = Buffer.from([0, 0, 0, 1]);

const batch = (offset: number, producerId: string, inTransaction = true): TransactionalMessage => ({
  offset: String(offset),
  key: ABORT, // a record's own key is no marker
  isControlRecord: false,
  batchContext: { producerId, inTransaction },
});

const marker = (offset: number, producerId: string, key: Buffer): TransactionalMessage => ({
  ...batch(offset, producerId),
  key,
  isControlRecord: true,
});

const offsetsLeft = (messages: readonly TransactionalMessage[], aborted: readonly [string, number][]): number[] =>
  dropAborted({
    messages,
    abortedTransactions: aborted.map(([producerId, first]) => ({ producerId, firstOffset: String(first) })),
  })
    .filter(({ isControlRecord }) => isControlRecord !== true)
    .map(({ offset }) => Number(offset));

test('without aborted transactions everything is left', () => {
  const messages = [batch(1, 'a'), batch(2, 'b', false)];
  expect(dropAborted({ messages, abortedTransactions: null })).toBe(messages);
  expect(dropAborted({ messages, abortedTransactions: [] })).toBe(messages);
});

test('batches of a producer are dropped from its first aborted one up to its abort', () => {
  const messages = [batch(3, 'a'), marker(4, 'a', COMMIT), batch(9, 'a'), marker(10, 'a', ABORT), batch(12, 'a')];
  expect(offsetsLeft(messages, [['a', 7]])).toEqual([3, 12]);
});

test('others write on meanwhile, in transactions and without', () => {
  const messages = [batch(1, 'a'), batch(2, 'b'), batch(3, 'a', false), marker(4, 'b', COMMIT), batch(5, 'a')];
  expect(offsetsLeft(messages, [['a', 0]])).toEqual([2, 3]);
});

test('several transactions that began before the fetch are all dropped', () => {
  const messages = [batch(20, 'c'), batch(21, 'b'), batch(22, 'a'), marker(23, 'b', ABORT), batch(24, 'b')];
  expect(
    offsetsLeft(messages, [
      ['a', 3],
      ['b', 5],
      ['c', 9],
    ]),
  ).toEqual([24]);
});
