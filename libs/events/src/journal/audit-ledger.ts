import type { JournalCommand } from '@millrace/schemas';
import { CommandLedger } from './command-ledger.ts';
import type { Outcome } from './command-ledger.ts';
import type { Domain, SubjectChange } from './journal-domain.ts';

export interface AuditedCommand<C> {
  readonly outcome: Outcome<C>;
  /** What the command is about, then everything else that it changed; of a repeated request only the first, unchanged. */
  readonly changes: readonly [SubjectChange, ...SubjectChange[]];
}

/** Applies the commands of a journal in order and tells of each what it was about, before and after. */
export class AuditLedger<S, C extends { readonly type: string }> {
  readonly #domain: Domain<S, C>;
  readonly #ledger: CommandLedger<S, C>;

  constructor(domain: Domain<S, C>) {
    this.#domain = domain;
    this.#ledger = new CommandLedger(domain);
  }

  /** Throws a coded error for what this instance cannot apply. */
  apply(envelope: JournalCommand, offset: number): AuditedCommand<C> {
    const command = this.#ledger.parse(envelope, offset);
    const after = this.#domain.watch?.(this.#ledger.state, command);
    const outcome = this.#ledger.apply(envelope, offset);
    const [subject, ...others] = after?.(outcome.applied) ?? [];
    if (subject === undefined) return { outcome, changes: [namedBy(command)] };
    return { outcome, changes: outcome.isFirst ? [subject, ...others] : [subject] };
  }
}

/** Commands are called verb-noun and name what they are about by `id` or `name`. */
function namedBy(command: { readonly type: string }): SubjectChange {
  const kind = command.type.slice(command.type.indexOf('-') + 1);
  const names = ['id', 'name', 'key'].map((field) => (command as Readonly<Record<string, unknown>>)[field]);
  const id = names.find((name) => typeof name === 'string' || typeof name === 'number');
  return { kind, id: String(id ?? ''), before: null, after: null };
}
