import type { Moment, SubjectState } from '@millrace/clickhouse';
import { CodedError, momentText } from '@millrace/service-kit';
import type { Experiment } from '../experiments/experiments.ts';
import { headOfHistory } from '../runs/head-of-history.ts';
import type { ExperimentsJournal, RunHistory } from '../ports.ts';
import type { RunHead } from '../runs/run-head.ts';
import { experimentOf, type ExperimentSnapshot } from './watch-experiments.ts';

interface Named {
  readonly kind: string;
  readonly id: string;
}

/** What the audit trail is asked for. */
interface AuditTrail {
  lastChange(subject: Named, moment: Moment): Promise<SubjectState | null>;
  beforeFirstChange(subject: Named): Promise<SubjectState | null>;
  lastOffset(subject: Named, moment: Moment): Promise<number | null>;
  firstSeen(subject: Named): Promise<number | null>;
}

export interface PastRunsParts {
  readonly trail: AuditTrail;
  readonly history: Pick<RunHistory, 'factsOf'>;
  readonly experiments: Pick<ExperimentsJournal, 'read'>;
  /** Waits until trail and history hold everything that was acknowledged before the call. */
  readonly reached: () => Promise<void>;
}

/** Runs and experiments as they were. */
export class PastRuns {
  readonly #parts: PastRunsParts;

  constructor(parts: PastRunsParts) {
    this.#parts = parts;
  }

  /** The run with the writes that the log held up to the last one of that moment, and the offset of it. */
  async run(id: string, moment: Moment): Promise<{ readonly head: RunHead; readonly offset: number }> {
    const { trail, history, reached } = this.#parts;
    await reached();
    const subject = { kind: 'run', id };
    const offset = await trail.lastOffset(subject, moment);
    if (offset === null) throw await this.#notThere(subject, moment);
    const head = await headOfHistory(history, { subject: 'run', id, before: offset + 1 });
    if (!head.exists) throw await this.#notThere(subject, moment);
    return { head, offset };
  }

  async experiment(id: string, moment: Moment): Promise<Experiment> {
    const { trail, experiments, reached } = this.#parts;
    await reached();
    const subject = { kind: 'experiment', id };
    const last = await trail.lastChange(subject, moment);
    // One that is older than the trail: the default experiment, which nobody created.
    const snapshot = (last ?? (await trail.beforeFirstChange(subject)))?.value;
    if (snapshot) return experimentOf(snapshot as ExperimentSnapshot);
    const now = (await experiments.read()).experiments.get(id);
    if (now !== undefined && now.createdAtMs === 0) return now;
    throw await this.#notThere(subject, moment);
  }

  async #notThere({ kind, id }: Named, moment: Moment): Promise<CodedError> {
    const firstMs = await this.#parts.trail.firstSeen({ kind, id });
    const why = firstMs === null ? 'no such id was ever given' : `it was created at ${new Date(firstMs).toISOString()}`;
    const code = kind === 'run' ? 'TRACKING_RUN_NOT_FOUND' : 'TRACKING_EXPERIMENT_NOT_FOUND';
    return new CodedError(code, `${kind} "${id}" did not exist ${momentText(moment)}: ${why}`);
  }
}
