import type { RunEvent } from '@millrace/schemas';
import type { RefusedWrite } from './live-partition.ts';
import type { RefusalListener } from './live-runs.ts';
import { nothingSaid } from './nothing-said.ts';

/** A write is voided by who wrote it, at once; by others when that one seems to have died. */
const graceMs = 5_000;

export interface RefusedWritesOptions {
  readonly now: () => number;
  readonly newId: () => string;
  readonly append: (event: RunEvent) => Promise<unknown>;
}

/** Writes that lie in the log and do not count: named there in a further event, for those who read it without judging. */
export class RefusedWrites implements RefusalListener {
  readonly #options: RefusedWritesOptions;
  readonly #open = new Map<string, { readonly write: RefusedWrite; dueMs: number }>();

  constructor(options: RefusedWritesOptions) {
    this.#options = options;
  }

  /** How many are not named yet. */
  get open(): number {
    return this.#open.size;
  }

  refused(write: RefusedWrite): void {
    this.#open.set(keyOf(write.partition, write.offset), { write, dueMs: this.#options.now() + graceMs });
  }

  /** Its client was told to come again: a run that it does not know of must not stay. */
  stranded(write: RefusedWrite): void {
    if (write.event.type !== 'created') return;
    this.#open.set(keyOf(write.partition, write.offset), { write, dueMs: 0 });
  }

  voided(partition: number, offsets: readonly number[]): void {
    for (const offset of offsets) this.#open.delete(keyOf(partition, offset));
  }

  /** Names a write that counts for nobody. When the log cannot take it now, it is tried again. */
  async void(write: RefusedWrite): Promise<void> {
    const key = keyOf(write.partition, write.offset);
    this.#open.set(key, { write, dueMs: this.#options.now() + graceMs });
    await this.#options.append(this.#voiding(write)).then(
      () => this.#open.delete(key),
      () => undefined,
    );
  }

  /** Voids what nobody has voided in time. */
  async repair(): Promise<void> {
    const nowMs = this.#options.now();
    const due = [...this.#open.values()].filter(({ dueMs }) => dueMs <= nowMs);
    for (const { write } of due) await this.void(write);
  }

  #voiding({ event, offset }: RefusedWrite): RunEvent {
    const { subject, id, experimentId, actor } = event;
    return {
      eventId: this.#options.newId(),
      subject,
      id,
      experimentId,
      type: 'voided',
      atMs: this.#options.now(),
      actor,
      ...nothingSaid,
      voids: [offset],
    };
  }
}

function keyOf(partition: number, offset: number): string {
  return `${partition}/${offset}`;
}
