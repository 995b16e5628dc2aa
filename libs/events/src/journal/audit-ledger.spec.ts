import { describe, expect, it } from 'vitest';
import { AuditLedger } from './audit-ledger.ts';
import { bodyHashOf } from './command-ledger.ts';
import { counterDomain, type CounterCommand, type CounterState } from './counter-domain.ts';
import type { Domain } from './journal-domain.ts';

const watched: Domain<CounterState, CounterCommand> = {
  ...counterDomain,
  watch: (state, command) => {
    const id = command.type === 'add' ? command.name : command.model;
    const before = state.counts.get(id) ?? null;
    return () => [{ kind: 'counter', id, before, after: state.counts.get(id) ?? null }];
  },
};

function envelope(command: CounterCommand, requestId: string) {
  const payload = JSON.stringify(command);
  const { type } = command;
  return { commandId: requestId, requestId, actor: 'ada', atMs: 5, type, payload, bodyHash: bodyHashOf(payload) };
}

describe('the audit ledger', () => {
  const add = (by: number): CounterCommand => ({ type: 'add', name: 'n', by });

  it('tells what a command was about as it was before and after', () => {
    const ledger = new AuditLedger(watched);
    expect(ledger.apply(envelope(add(2), 'r1'), 0).changes).toEqual([
      { kind: 'counter', id: 'n', before: null, after: 2 },
    ]);
    expect(ledger.apply(envelope(add(3), 'r2'), 1).changes).toEqual([
      { kind: 'counter', id: 'n', before: 2, after: 5 },
    ]);
  });

  it('shows of a refused command and of a repeated one that nothing changed', () => {
    const ledger = new AuditLedger(watched);
    ledger.apply(envelope(add(2), 'r1'), 0);
    const refused = ledger.apply(envelope(add(-9), 'r2'), 1);
    expect([refused.outcome.applied.ok, refused.changes]).toEqual([
      false,
      [{ kind: 'counter', id: 'n', before: 2, after: 2 }],
    ]);
    const repeated = ledger.apply(envelope(add(2), 'r1'), 2);
    expect([repeated.outcome.isFirst, repeated.changes]).toEqual([
      false,
      [{ kind: 'counter', id: 'n', before: 2, after: 2 }],
    ]);
  });

  it('names what a command is about also where the domain does not say', () => {
    const ledger = new AuditLedger(counterDomain);
    expect(ledger.apply(envelope(add(2), 'r1'), 0).changes).toEqual([
      { kind: 'add', id: 'n', before: null, after: null },
    ]);
  });

  it('refuses what it cannot apply with a code', () => {
    const unknown = { ...envelope(add(1), 'r1'), type: 'paint' };
    expect(() => new AuditLedger(watched).apply(unknown, 0)).toThrow(/does not know/);
  });
});
