import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyHashOf, CommandLedger } from './command-ledger.ts';
import { counterDomain } from './counter-domain.ts';
import type { CounterCommand } from './counter-domain.ts';

function envelope(command: CounterCommand | { type: string }, requestId: string, commandId = requestId) {
  const payload = JSON.stringify(command);
  return { commandId, requestId, actor: 'a', atMs: 1, type: command.type, payload, bodyHash: bodyHashOf(payload) };
}

const commands = fc.record({
  requestId: fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5'),
  name: fc.constantFrom('x', 'y'),
  by: fc.integer({ min: -2, max: 3 }),
});

describe('CommandLedger', () => {
  it('comes to the same state and results from the same log, and changes the state once a request', () => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 40 }), (log) => {
        const [one, two] = [new CommandLedger(counterDomain), new CommandLedger(counterDomain)];
        const first = new Map<string, { result: unknown; body: string }>();
        for (const [offset, { requestId, name, by }] of log.entries()) {
          const command = { type: 'add', name, by } as const;
          const entry = envelope(command, requestId, `c${offset}`);
          const before = JSON.stringify([...one.state.counts]);
          const outcome = one.apply(entry, offset);
          expect(two.apply(entry, offset)).toEqual(outcome);
          const known = first.get(requestId);
          if (known === undefined) {
            expect(outcome).toMatchObject({ isFirst: true, offset });
            first.set(requestId, { result: outcome.applied, body: entry.payload });
          } else {
            expect(JSON.stringify([...one.state.counts])).toBe(before);
            if (known.body === entry.payload) expect(outcome.applied).toEqual(known.result);
            else expect(outcome.applied).toMatchObject({ ok: false, code: 'JOURNAL_REQUEST_CONFLICT' });
          }
        }
        expect([...two.state.counts]).toEqual([...one.state.counts]);
      }),
    );
  });

  it('forgets requests by count, so that every instance forgets the same ones', () => {
    const ledger = new CommandLedger(counterDomain, 2);
    const add = { type: 'add', name: 'x', by: 1 } as const;
    for (const [offset, id] of ['a', 'b', 'c'].entries()) ledger.apply(envelope(add, id), offset);
    expect(ledger.apply(envelope(add, 'b'), 3).isFirst).toBe(false);
    expect(ledger.apply(envelope(add, 'a'), 4)).toMatchObject({ isFirst: true, applied: { ok: true, result: 4 } });
  });

  it('gives events only the first time', () => {
    const ledger = new CommandLedger(counterDomain);
    const promote = { type: 'promote', model: 'm', version: '1', targets: ['alias:champion'] } as const;
    expect(ledger.apply(envelope(promote, 'r'), 0).events).toHaveLength(1);
    expect(ledger.apply(envelope(promote, 'r'), 1).events).toEqual([]);
  });

  it.each([
    ['EVENTS_JOURNAL_UNKNOWN_COMMAND', envelope({ type: 'reset' }, 'r')],
    ['EVENTS_JOURNAL_UNREADABLE', { ...envelope({ type: 'add' }, 'r'), payload: '{' }],
  ])('throws %s for what it cannot apply', (code, entry) => {
    expect(() => new CommandLedger(counterDomain).apply(entry, 0)).toThrow(expect.objectContaining({ code }));
  });

  it('throws EVENTS_JOURNAL_APPLY_FAILED when the rules throw', () => {
    const broken = {
      ...counterDomain,
      apply: (): never => {
        throw new TypeError('oops');
      },
    };
    expect(() => new CommandLedger(broken).apply(envelope({ type: 'add' }, 'r'), 0)).toThrow(
      expect.objectContaining({ code: 'EVENTS_JOURNAL_APPLY_FAILED' }),
    );
  });
});
