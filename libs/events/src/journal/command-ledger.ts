import { createHash } from 'node:crypto';
import type { JournalCommand } from '@millrace/schemas';
import { EventsError } from '../errors.ts';
import type { Applied, CommandMeta, Domain, PublicEvent } from './journal-domain.ts';

/** What became of a command in the log. */
export interface Outcome<C> {
  readonly command: C;
  readonly meta: CommandMeta;
  /** The first result of this request id, or the rejection of a conflicting one. */
  readonly applied: Applied;
  /** Position of the command whose result it is. */
  readonly offset: number;
  /** False when the state was not touched: the request id was known. */
  readonly isFirst: boolean;
  readonly events: readonly PublicEvent[];
}

/** Request ids are remembered for this many commands; evicted by count, so that all instances forget the same ones. */
const REMEMBERED_REQUESTS = 100_000;

interface Remembered {
  readonly bodyHash: string;
  readonly applied: Applied;
  readonly offset: number;
}

/** Applies the commands of a journal in order: the same log gives the same state and results on every instance. */
export class CommandLedger<S, C extends { readonly type: string }> {
  readonly #domain: Domain<S, C>;
  readonly #types: ReadonlySet<string>;
  readonly #remembered: number;
  readonly #requests = new Map<string, Remembered>();
  readonly state: S;

  constructor(domain: Domain<S, C>, remembered = REMEMBERED_REQUESTS) {
    this.#domain = domain;
    this.#types = new Set(domain.types);
    this.#remembered = remembered;
    this.state = domain.initial();
  }

  /** The result of a request that was applied before, null for a new one. */
  known(requestId: string, bodyHash: string): { readonly applied: Applied; readonly offset: number } | null {
    const first = this.#requests.get(requestId);
    if (first === undefined) return null;
    return { applied: first.bodyHash === bodyHash ? first.applied : conflict(requestId, first), offset: first.offset };
  }

  /** Throws a coded error for what this instance cannot apply: from there on it would differ from the others. */
  apply(envelope: JournalCommand, offset: number): Outcome<C> {
    const { requestId, commandId, actor, atMs } = envelope;
    const meta = { offset, atMs, actor, requestId, commandId };
    const command = this.parse(envelope, offset);
    const known = this.known(requestId, envelope.bodyHash);
    if (known !== null) return { command, meta, ...known, isFirst: false, events: [] };
    const { applied, events } = this.#applyToState(command, meta);
    this.#remember(requestId, { bodyHash: envelope.bodyHash, applied, offset });
    return { command, meta, applied, offset, isFirst: true, events };
  }

  /** Throws a coded error for what is no command that this instance knows. */
  parse({ type, payload }: JournalCommand, offset: number): C {
    if (!this.#types.has(type))
      throw new EventsError(
        'EVENTS_JOURNAL_UNKNOWN_COMMAND',
        `the journal holds command "${type}" at offset ${offset}, which this version does not know: run the version that wrote it`,
      );
    try {
      return JSON.parse(payload) as C;
    } catch (error) {
      throw new EventsError('EVENTS_JOURNAL_UNREADABLE', `the command at offset ${offset} is not JSON`, {
        cause: error,
      });
    }
  }

  #applyToState(command: C, meta: CommandMeta): { applied: Applied; events: readonly PublicEvent[] } {
    try {
      const applied = this.#domain.apply(this.state, command, meta);
      if (!applied.ok) return { applied, events: [] };
      return { applied: { ok: true, result: applied.result }, events: applied.events ?? [] };
    } catch (error) {
      // The state may be half changed: nothing after this can be trusted.
      throw new EventsError(
        'EVENTS_JOURNAL_APPLY_FAILED',
        `applying command "${command.type}" at offset ${meta.offset} threw: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
    }
  }

  #remember(requestId: string, first: Remembered): void {
    this.#requests.set(requestId, first);
    if (this.#requests.size <= this.#remembered) return;
    for (const oldest of this.#requests.keys()) {
      this.#requests.delete(oldest);
      break;
    }
  }
}

export function bodyHashOf(payload: string): string {
  return createHash('sha256').update(payload).digest('hex');
}

function conflict(requestId: string, first: Remembered): Applied {
  return {
    ok: false,
    code: 'JOURNAL_REQUEST_CONFLICT',
    message: `request id "${requestId}" was used for another command at offset ${first.offset}: draw a new id`,
  };
}
