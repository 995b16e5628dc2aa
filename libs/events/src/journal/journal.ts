import type { EventsError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import type { Applied, CommandMeta, Domain } from './journal-domain.ts';

export interface JournalOptions<S, C extends { readonly type: string }> {
  /** Journal topic without the configured prefix, for example `registry.journal`. */
  readonly topic: string;
  readonly domain: Domain<S, C>;
  /** How long `submit` and `read` wait before they fail with TransientError. Default 10000. */
  readonly timeoutMs?: number;
}

export interface SubmitOptions {
  readonly actor: string;
  /** The client's id of the request: a repeat returns the first result. Drawn at random when absent. */
  readonly requestId?: string;
}

export type Submitted = Applied & {
  /** Position of the command that counted: the first one of this request id. */
  readonly offset: number;
  readonly repeated: boolean;
};

export interface AppliedCommand<C> {
  readonly command: C;
  readonly meta: CommandMeta;
  readonly applied: Applied;
  /** True while the journal as it was at `open` is read. */
  readonly replayed: boolean;
}

export class Journal<S, C extends { readonly type: string }> {
  /** Checks the topic and starts to read. Does not wait for the replay: see `ready` and `whenReady`. */
  static open<S, C extends { readonly type: string }>(
    _bus: EventBus,
    _options: JournalOptions<S, C>,
  ): Promise<Journal<S, C>> {
    throw new Error('being built');
  }
  /** Appends and waits for this command's own result. Safe to repeat under the same request id. */
  submit(_command: C, _options: SubmitOptions): Promise<Submitted> {
    throw new Error('being built');
  }
  /** The state with everything in it that was in the journal when this was called. Read it before the next await. */
  read(): Promise<S> {
    throw new Error('being built');
  }
  /** The state as far as this instance has come. */
  get state(): S {
    throw new Error('being built');
  }
  /** Next offset to apply. */
  get position(): number {
    throw new Error('being built');
  }
  /** Called for each command in order, replay included when registered at once after `open`. Returns its removal. */
  onApplied(_listener: (applied: AppliedCommand<C>) => void): () => void {
    throw new Error('being built');
  }
  /** True after the replay and while the journal can be followed. */
  get ready(): boolean {
    throw new Error('being built');
  }
  whenReady(): Promise<void> {
    throw new Error('being built');
  }
  /** Why this instance can never become ready: an unknown command, a journal that is not one. */
  get fault(): EventsError | undefined {
    throw new Error('being built');
  }
  close(): Promise<void> {
    throw new Error('being built');
  }
}
