import type { HandleResult, PartitionHandler } from '@millrace/events';
import type { RunRounds } from '../flow/run-rounds.ts';

/**
 * Who owns the journal's one partition in the group `drift.leader` does the looking. The records themselves do not matter here. Two
 * leaders for a moment (one is slow to notice) say the same things under the same ids, so the group needs no fence.
 */
export class LeadershipConsumer implements PartitionHandler {
  readonly #rounds: RunRounds;

  constructor(rounds: RunRounds) {
    this.#rounds = rounds;
  }

  assigned(): Promise<void> {
    this.#rounds.start();
    return Promise.resolve();
  }

  handle(): Promise<HandleResult> {
    return Promise.resolve({});
  }

  async revoked(): Promise<void> {
    await this.#rounds.stop();
  }
}
