import { StatesRebuilding } from '../errors.ts';

/** One partition of a log whose states are kept in Redis. */
export interface StateLog {
  readonly topic: string;
  readonly generation: number;
  readonly partition: number;
}

/** First offset of a log partition that its owners have not committed; 0 where they have committed nothing. */
export type CommittedUpTo = () => Promise<number>;

/**
 * How far the states of each log are known to have been. A Redis that came back with less, or with nothing, answers like
 * one that has never seen an entity: whoever reads states that it does not own has to compare.
 */
export class KnownProgress {
  readonly #reached = new Map<string, number>();

  /** @throws StatesRebuilding when the states, which are those up to `nextOffset` of the log, have been further. */
  async check(log: StateLog, nextOffset: number | null, committedUpTo: CommittedUpTo): Promise<void> {
    const key = `${log.topic}|${log.generation}|${log.partition}`;
    const reached = this.#reached.get(key) ?? 0;
    // Without a fence this process may be the first to look: then the owners' commits tell a lost log from a new one.
    const wanted = nextOffset === null ? Math.max(reached, await committedUpTo()) : reached;
    if ((nextOffset ?? 0) < wanted) {
      throw new StatesRebuilding(
        'redis',
        `the states of ${log.topic}/${log.partition} are those up to offset ${nextOffset ?? 0}, they have been up to ${wanted}: they are being rebuilt from the log`,
      );
    }
    if (nextOffset !== null) this.#reached.set(key, Math.max(nextOffset, this.#reached.get(key) ?? 0));
  }
}
