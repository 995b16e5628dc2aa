import { describe, expect, it } from 'vitest';
import { LogTail } from './log-tail.ts';

describe('the end of a log', () => {
  it('says of a run whether it is spoken of from an offset on', () => {
    const tail = new LogTail(10);
    tail.mention('a', 3);
    tail.mention('b', 4);
    tail.mention('a', 7);
    expect(tail.isSilentSince('a', 7)).toBe(false);
    expect(tail.isSilentSince('a', 8)).toBe(true);
    expect(tail.isSilentSince('b', 4)).toBe(false);
    expect(tail.isSilentSince('b', 5)).toBe(true);
    expect(tail.isSilentSince('c', 0)).toBe(true);
  });

  it('is certain of nothing that it has forgotten', () => {
    const tail = new LogTail(2);
    tail.mention('a', 1);
    tail.mention('b', 2);
    tail.mention('a', 3);
    tail.mention('c', 4);
    expect(tail.isSilentSince('x', 2)).toBe(false);
    expect(tail.isSilentSince('x', 3)).toBe(true);
    expect(tail.isSilentSince('a', 3)).toBe(false);
  });

  it('is certain of nothing before where it was begun again', () => {
    const tail = new LogTail(2);
    tail.mention('a', 1);
    tail.startAt(9);
    expect(tail.isSilentSince('x', 8)).toBe(false);
    expect(tail.isSilentSince('a', 9)).toBe(true);
  });
});
