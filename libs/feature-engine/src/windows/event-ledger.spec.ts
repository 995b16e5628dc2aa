import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventLedger, type LedgerEvent, type Verdict } from './event-ledger.ts';

const latenessMs = 10;

function run(events: readonly LedgerEvent[], rewrite = false): Verdict[] {
  let ledger = EventLedger.empty();
  return events.map((event) => {
    const verdict = ledger.judge(event, latenessMs);
    if (verdict !== 'too-late') ledger.record(event, latenessMs);
    if (rewrite) ledger = EventLedger.decode(ledger.encode());
    return verdict;
  });
}

const at = (id: string | null, eventTimeMs: number): LedgerEvent => ({ id, eventTimeMs });

/** The rule as the class states it, over all records at once. */
function byTheRule(events: readonly LedgerEvent[]): Verdict[] {
  return events.map(({ id, eventTimeMs }, i) => {
    const before = events.slice(0, i);
    const newestMs = Math.max(...before.map((event) => event.eventTimeMs), Number.NEGATIVE_INFINITY);
    const bound = Math.max(newestMs, eventTimeMs) - latenessMs;
    if (id !== null && before.some((event) => event.id === id && event.eventTimeMs >= bound)) return 'repeat';
    return eventTimeMs < newestMs - latenessMs ? 'too-late' : 'accept';
  });
}

describe('the ledger of an entity', () => {
  it('drops an id that comes again, and takes it as a new event when the first one has been left behind', () => {
    expect(run([at('a', 100), at('a', 100), at('a', 105)])).toEqual(['accept', 'repeat', 'repeat']);
    expect(run([at('a', 100), at('b', 111), at('a', 111)])).toEqual(['accept', 'accept', 'accept']);
    expect(run([at('a', 100), at('a', 111)])).toEqual(['accept', 'accept']);
  });

  it('refuses what is older than the newest by more than allowed, and remembers nothing of it', () => {
    expect(run([at('a', 100), at('b', 89), at('b', 100)])).toEqual(['accept', 'too-late', 'accept']);
    expect(run([at(null, 100), at(null, 100)])).toEqual(['accept', 'accept']);
  });

  it('judges by the rule that SQL has, written and read again after any event', () => {
    const event = fc.record({
      id: fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 5 }),
      eventTimeMs: fc.integer({ min: 0, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        expect(run(events)).toEqual(byTheRule(events));
        expect(run(events, true)).toEqual(byTheRule(events));
      }),
    );
  });
});
