import { describe, expect, it } from 'vitest';
import { checkPosition, lastHashOffset } from './check-position.ts';
import type { LogPosition } from './check-position.ts';
import { Watermarks } from './watermarks.ts';

const fence = { nextOffset: 10, generation: 0, partitions: 3, lastHash: '9:abc', watermarks: Watermarks.empty() };
const fine: LogPosition = {
  topic: 't',
  partition: 1,
  partitions: 3,
  beginOffset: 0,
  endOffset: 20,
  fence,
  lastHashNow: { kind: 'same-place', lastHash: '9:abc' },
};

describe('checkPosition', () => {
  it('is content with the log that was read, at any point of it', () => {
    expect(checkPosition(fine)).toBeNull();
    expect(checkPosition({ ...fine, endOffset: 10 })).toBeNull();
    expect(checkPosition({ ...fine, beginOffset: 10, lastHashNow: { kind: 'unknown' } })).toBeNull();
  });

  it.each([
    ['EVENTS_SOURCE_REPARTITIONED', { partitions: 4 }],
    ['EVENTS_SOURCE_TRUNCATED', { endOffset: 9 }],
    ['EVENTS_SOURCE_EXPIRED', { beginOffset: 11 }],
    ['EVENTS_SOURCE_RECREATED', { lastHashNow: { kind: 'same-place', lastHash: '9:xyz' } as const }],
    ['EVENTS_SOURCE_RECREATED', { lastHashNow: { kind: 'absent' } as const }],
  ])('says %s', (code, change) => {
    expect(checkPosition({ ...fine, ...change })).toMatchObject({ code });
  });

  it('says nothing of a record when none was handled yet', () => {
    const empty = { ...fine, fence: { ...fence, lastHash: '' }, lastHashNow: { kind: 'absent' } as const };
    expect(checkPosition(empty)).toBeNull();
  });

  it('finds the offset that a hash was made at', () => {
    expect(lastHashOffset('9:abc')).toBe(9);
    expect(lastHashOffset('')).toBeNull();
  });
});
