import { CodedError, UnavailableError } from '@millrace/service-kit';
import type { Author } from '../runs/run-writes.ts';
import { givenBefore } from './apply-start-trial.ts';
import { chooseTrial, type TrialChoice } from './choose-trial.ts';
import type { TrialRuns } from './ports.ts';
import type { TrackingJournal } from '../tracking-domain.ts';
import type { Decision, SweepCommand, TrialCommand } from './sweep-commands.ts';
import { movedOn, sweepNotFound } from './sweep-rejections.ts';
import type { Sweep, SweepDefinition, Trial } from './sweep.ts';

export interface RunSweepParts {
  readonly journal: TrackingJournal;
  readonly runs: TrialRuns;
  readonly now: () => number;
  readonly newRunId: () => string;
  /** The run of a trial that ended could not be told so; what counts is in the journal. */
  readonly onRunNotClosed: (about: { readonly sweep: string; readonly trial: number; readonly error: unknown }) => void;
}

export type NextTrial =
  | { readonly trial: Trial; readonly reason: null }
  | { readonly trial: null; readonly reason: Extract<TrialChoice, { kind: 'none' }>['reason'] };

export interface Answer {
  readonly decision: Decision;
  readonly reason: string | null;
}

/** Choices that others were faster than, until the caller is asked to come again. */
const tries = 20;
/** A beat is written when less than this share of the lease is left. */
const renewBelow = 2 / 3;

/** Sweeps as their workers see them: trials are handed out and judged by the order of the journal. */
export class RunSweep {
  readonly #parts: RunSweepParts;
  /** The request for a trial before, a sweep: points are drawn one after another, or all but one would be drawn in vain. */
  readonly #asking = new Map<string, Promise<unknown>>();

  constructor(parts: RunSweepParts) {
    this.#parts = parts;
  }

  async create(definition: SweepDefinition, author: Author): Promise<Sweep> {
    const { id } = (await this.#submit({ type: 'create-sweep', definition }, author)) as { id: string };
    return this.sweep(id);
  }

  async sweep(id: string): Promise<Sweep> {
    return sweepOf((await this.#parts.journal.read()).sweeps.get(id), id);
  }

  /** Pauses, resumes or cancels. */
  async steer(type: 'pause-sweep' | 'resume-sweep' | 'cancel-sweep', id: string, author: Author): Promise<Sweep> {
    await this.#sayOf(id, { type, sweep: id }, author);
    return this.sweep(id);
  }

  /** The trial that a worker is to run. With a request id a repeat gets the same one. */
  async next(id: string, worker: string, author: Author): Promise<NextTrial & { sweep: Sweep }> {
    const before = this.#asking.get(id);
    const own = (async () => {
      await before?.catch(() => undefined);
      return this.#next(id, worker, author);
    })();
    this.#asking.set(id, own);
    try {
      return await own;
    } finally {
      if (this.#asking.get(id) === own) this.#asking.delete(id);
    }
  }

  /** A value on the way; gives what the worker is to do. */
  async report(command: Extract<TrialCommand, { type: 'report-trial' }>, author: Author): Promise<Answer> {
    return (await this.#sayOf(command.sweep, command, author)) as Answer;
  }

  async beat(command: Extract<TrialCommand, { type: 'renew-lease' }>, author: Author): Promise<Answer> {
    const sweep = await this.sweep(command.sweep);
    const trial = sweep.trials[command.number];
    const left = (trial?.leaseUntilMs ?? 0) - this.#parts.now();
    const isDue = left < sweep.leaseMs * renewBelow;
    if (trial?.status === 'running' && trial.lease === command.lease && !isDue) {
      return { decision: 'continue', reason: null };
    }
    return (await this.#sayOf(command.sweep, command, author)) as Answer;
  }

  async end(command: Extract<TrialCommand, { type: 'finish-trial' | 'fail-trial' }>, author: Author): Promise<Sweep> {
    await this.#sayOf(command.sweep, command, author);
    return this.sweep(command.sweep);
  }

  async #next(id: string, worker: string, { actor, requestId }: Author): Promise<NextTrial & { sweep: Sweep }> {
    for (let i = 0; i < tries; i++) {
      const state = await this.#parts.journal.read();
      const sweep = sweepOf(state.sweeps.get(id), id);
      const given = requestId === undefined ? undefined : givenBefore(sweep, requestId);
      if (given !== undefined) return this.#opened(sweep, given.number, { actor });
      if (state.experiments.get(sweep.experimentId)?.lifecycleStage !== 'active') {
        const message = `the experiment ${sweep.experimentId} of sweep "${id}" is deleted: restore it, or cancel the sweep`;
        throw new CodedError('SWEEPS_EXPERIMENT_CONFLICT', message);
      }
      const choice = chooseTrial(sweep, this.#parts.now());
      if (choice.kind === 'none') return { trial: null, reason: choice.reason, sweep };
      if (choice.kind === 'give-up') {
        const { number, lease } = choice;
        await this.#tried(id, { type: 'give-up-trial', sweep: id, number, lease }, { actor });
        continue;
      }
      const { assignment } = choice;
      if (assignment.kind === 'again') await this.#closeDropped(sweep, assignment.number, { actor });
      const asked = requestId ?? null;
      const runId = this.#parts.newRunId();
      const command = { type: 'start-trial', sweep: id, assignment, worker, asked, runId } as const;
      const started = await this.#tried(id, command, { actor });
      if (started === null) continue;
      return this.#opened(await this.sweep(id), (started as { number: number }).number, { actor, runId });
    }
    throw new UnavailableError('SWEEPS_BUSY_UNAVAILABLE', `sweep "${id}" changes faster than a trial can be chosen`);
  }

  /** With its run: a new one if it was given the id that was drawn for it here. */
  async #opened(
    sweep: Sweep,
    number: number,
    { actor, runId }: { readonly actor: string; readonly runId?: string },
  ): Promise<NextTrial & { sweep: Sweep }> {
    const trial = sweep.trials[number];
    if (trial === undefined) throw new Error(`trial ${number} of sweep ${sweep.id} was handed out and is not there`);
    const { runs } = this.#parts;
    await (trial.runId === runId ? runs.begin(sweep, trial, { actor }) : runs.ensure(sweep, trial, { actor }));
    return { trial, reason: null, sweep };
  }

  /** The run of an attempt whose worker fell silent: nobody else would end it. */
  async #closeDropped(sweep: Sweep, number: number, author: Author): Promise<void> {
    const trial = sweep.trials[number];
    if (trial === undefined) return;
    const reason = 'its worker fell silent';
    await this.#close(sweep, { ...trial, status: 'failed', reason, endedAtMs: this.#parts.now() }, author);
  }

  /** Null when another was faster. */
  async #tried(id: string, command: SweepCommand, author: Author): Promise<unknown> {
    try {
      return await this.#sayOf(id, command, author);
    } catch (error) {
      if (error instanceof CodedError && error.code === movedOn) return null;
      throw error;
    }
  }

  /** Says it to the journal, and tells the runs of all trials that it ended or set aside. */
  async #sayOf(id: string, command: SweepCommand, author: Author): Promise<unknown> {
    const before = this.#parts.journal.state.sweeps.get(id)?.trials.map(({ status }) => status) ?? [];
    const result = await this.#submit(command, author);
    const sweep = this.#parts.journal.state.sweeps.get(id);
    const changed = sweep?.trials.filter(
      ({ number, status }) => before[number] !== undefined && before[number] !== status && status !== 'running',
    );
    for (const trial of changed ?? []) if (sweep) await this.#close(sweep, trial, { actor: author.actor });
    return result;
  }

  async #close(sweep: Sweep, trial: Trial, author: Author): Promise<void> {
    try {
      await this.#parts.runs.close(trial, author);
    } catch (error) {
      this.#parts.onRunNotClosed({ sweep: sweep.id, trial: trial.number, error });
    }
  }

  async #submit(command: SweepCommand, author: Author): Promise<unknown> {
    const applied = await this.#parts.journal.submit(command, author);
    if (!applied.ok) throw new CodedError(applied.code, applied.message);
    return applied.result;
  }
}

function sweepOf(sweep: Sweep | undefined, id: string): Sweep {
  if (sweep !== undefined) return sweep;
  const { code, message } = sweepNotFound(id);
  throw new CodedError(code, message);
}
