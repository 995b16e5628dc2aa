import { CodedError } from '@millrace/service-kit';
import type { LiveRuns } from '../runs/live-runs.ts';
import type { ExperimentsJournal } from '../ports.ts';
import { purgedStage } from '../runs/run-head.ts';
import type { Author, RunWrites } from '../runs/run-writes.ts';
import { purgeBefore, wasDeletedBefore } from './kept-days.ts';
import type { RunErasure } from './ports.ts';

export interface PurgeRunsParts {
  readonly live: Pick<LiveRuns, 'get' | 'untilStored'>;
  readonly writes: Pick<RunWrites, 'write'>;
  readonly experiments: Pick<ExperimentsJournal, 'read'>;
  readonly erasure: RunErasure;
  readonly now: () => number;
}

const retention: Author = { actor: 'retention' };

/**
 * Takes deleted runs away for ever: a purge in the log, which every instance judges, and then their rows out of the store. Who
 * dies in between leaves the second step to whoever comes next.
 */
export class PurgeRuns {
  readonly #parts: PurgeRunsParts;
  #erasing: Promise<void> = Promise.resolve();

  constructor(parts: PurgeRunsParts) {
    this.#parts = parts;
  }

  /** From here on nobody reads the run, and its id is never used again. Refused while it is not deleted. */
  async purge(runId: string, author: Author): Promise<void> {
    const head = await this.#parts.live.get('run', runId);
    if (head === null) throw new CodedError('TRACKING_RUN_NOT_FOUND', `there is no run ${JSON.stringify(runId)}`);
    if (!head.isDeleted && (await this.#experimentIsDeleted(head.experimentId))) {
      // It is deleted with its experiment; the log has to say so of the run itself, by which a purge is judged.
      const attributes = { lifecycle_stage: 'deleted' };
      await this.#parts.writes.write('run', runId, { attributes }, { type: 'deleted', mayBeDeleted: true, ...author });
    }
    const attributes = { lifecycle_stage: purgedStage };
    await this.#parts.writes.write('run', runId, { attributes }, { type: 'purged', mayBeDeleted: true, ...author });
  }

  /** Purges what was deleted longer ago than its experiment says; gives how many. */
  async purgeDue(): Promise<number> {
    const { experiments, erasure, now } = this.#parts;
    let purged = 0;
    for (const experiment of (await experiments.read()).experiments.values()) {
      const beforeMs = purgeBefore(experiment, now());
      if (beforeMs === null) continue;
      await this.#parts.live.untilStored();
      const all = wasDeletedBefore(experiment, beforeMs);
      let afterId = '';
      for (;;) {
        const ids = await erasure.deletedBefore({ experimentId: experiment.id, beforeMs, afterId, all });
        for (const id of ids) purged += await this.#purgeAgain(id);
        const last = ids.at(-1);
        if (last === undefined) break;
        afterId = last;
      }
    }
    return purged;
  }

  /** Takes out the rows of purged runs, one call after the other. */
  erase(): Promise<void> {
    this.#erasing = this.#erasing.then(
      () => this.#eraseAll(),
      () => this.#eraseAll(),
    );
    return this.#erasing;
  }

  async #eraseAll(): Promise<void> {
    const { live, erasure } = this.#parts;
    await live.untilStored();
    let afterId = '';
    for (;;) {
      const named = await erasure.notErased(afterId);
      // A purge that came to an active run counts for nothing, and the run is read as ever.
      const runs = [];
      for (const run of named) if ((await live.get('run', run.id)) === null) runs.push(run);
      if (runs.length > 0) await erasure.erase(runs);
      const last = named.at(-1);
      if (last === undefined) return;
      afterId = last.id;
    }
  }

  /** Another instance may do the same, and somebody may have restored the run. */
  async #purgeAgain(id: string): Promise<number> {
    try {
      await this.purge(id, retention);
      return 1;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'TRACKING_RUN_NOT_FOUND' || code === 'TRACKING_RUN_PURGE_REFUSED') return 0;
      if (code === 'RESOURCE_DOES_NOT_EXIST') return 0;
      throw error;
    }
  }

  async #experimentIsDeleted(id: string): Promise<boolean> {
    return (await this.#parts.experiments.read()).experiments.get(id)?.lifecycleStage === 'deleted';
  }
}
