import { describe, expect, it } from 'vitest';
import { DeadLetterGuard, HANDLER_FAULT } from './dead-letter-guard.ts';

describe('DeadLetterGuard', () => {
  it('lets handler faults pass up to their number in the window, and again when the window has passed', () => {
    const guard = new DeadLetterGuard({ handlerFaults: { max: 3, windowMs: 1000 } });
    for (let i = 0; i < 3; i++) expect(guard.admit(1, [HANDLER_FAULT], i)).toBeNull();
    expect(guard.admit(1, [HANDLER_FAULT], 500)).toMatchObject({ code: 'EVENTS_TOO_MANY_DEAD_LETTERS' });
    expect(guard.admit(1, [HANDLER_FAULT], 1003)).toBeNull();
  });

  it('does not count bad input as faults, but as a share of all', () => {
    const guard = new DeadLetterGuard({ share: { share: 0.5, records: 100 } });
    expect(
      guard.admit(
        90,
        Array.from({ length: 60 }, () => 'undecodable'),
        0,
      ),
    ).toBeNull();
    expect(guard.admit(10, [], 0)).toBeNull();
    expect(guard.admit(10, ['undecodable'], 0)).toMatchObject({ code: 'EVENTS_TOO_MANY_DEAD_LETTERS' });
  });

  it('forgets the share of long ago', () => {
    const guard = new DeadLetterGuard({ share: { share: 0.5, records: 100 } });
    expect(
      guard.admit(
        99,
        Array.from({ length: 45 }, () => 'bad'),
        0,
      ),
    ).toBeNull();
    for (let i = 0; i < 20; i++) expect(guard.admit(20, [], 0)).toBeNull();
    expect(
      guard.admit(
        20,
        Array.from({ length: 20 }, () => 'bad'),
        0,
      ),
    ).toBeNull();
  });

  it('has default limits that a few bad records do not reach', () => {
    const guard = new DeadLetterGuard();
    expect(
      guard.admit(
        10,
        Array.from({ length: 10 }, () => 'bad'),
        0,
      ),
    ).toBeNull();
    for (let i = 0; i < 50; i++) expect(guard.admit(1, [HANDLER_FAULT], 0)).toBeNull();
    expect(guard.admit(1, [HANDLER_FAULT], 0)).not.toBeNull();
  });

  it('lets everything pass once it is accepted, until a stretch of records keeps the limits', () => {
    const guard = new DeadLetterGuard({
      share: { share: 0.5, records: 100 },
      handlerFaults: { max: 3, windowMs: 1_000 },
    });
    const bad = (count: number, reason = 'bad') => Array.from({ length: count }, () => reason);
    expect(guard.admit(100, bad(60), 0)).not.toBeNull();
    guard.accept();
    for (let i = 0; i < 10; i++) expect(guard.admit(100, bad(100, i === 3 ? HANDLER_FAULT : 'bad'), i)).toBeNull();
    // This one is good as a share, but our own code failed too often in it.
    expect(guard.admit(100, bad(40, HANDLER_FAULT), 20)).toBeNull();
    expect(guard.admit(100, bad(100), 30)).toBeNull();
    expect(guard.admit(100, bad(40), 40)).toBeNull();
    expect(guard.admit(100, bad(90), 50)).toMatchObject({ code: 'EVENTS_TOO_MANY_DEAD_LETTERS' });
  });
});
