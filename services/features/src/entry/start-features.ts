import type { Journal } from '@millrace/events';
import { compileSource } from '@millrace/feature-engine';
import { isTransient, type Readiness, type ServiceLog, type Shutdown } from '@millrace/service-kit';
import type { CheckParity } from '../flow/check-parity.ts';
import type { CompleteBuilds } from '../flow/complete-builds.ts';
import type { FeaturesCommand, FeaturesState } from '../flow/definitions-domain.ts';
import { generationOf } from '../flow/log-tables.ts';
import type { PlannedServices } from '../flow/planned-services.ts';
import type { SweepRetired } from '../flow/sweep-retired.ts';
import type { HistorySinks } from '../store/history-sinks.ts';
import type { SourcePipelines } from './source-pipelines.ts';

export interface FeaturesParts {
  readonly journal: Journal<FeaturesState, FeaturesCommand>;
  readonly services: PlannedServices;
  readonly pipelines: SourcePipelines;
  readonly history: HistorySinks;
  readonly parity: CheckParity;
  readonly completeBuilds: CompleteBuilds;
  readonly sweepRetired: SweepRetired;
  readonly parityIntervalMs: number;
  readonly log: ServiceLog;
  readonly readiness: Readiness;
  readonly shutdown: Shutdown;
}

const historyIntervalMs = 2_000;
const buildsIntervalMs = 500;
const sweepIntervalMs = 5_000;
/** Rounds of the parity check that may find nothing while there is traffic. */
const silentRounds = 20;

/** Follows the definitions: pipelines and history run what the journal says, from the moment it is replayed. */
export class StartFeatures {
  readonly #parts: FeaturesParts;
  readonly #timers: NodeJS.Timeout[] = [];
  /** What ran when the last process ended is not known: the first sweep is always due. */
  #isSweepDue = true;
  /** Background work that is under way: it is not begun twice. */
  readonly #busy = new Set<string>();

  private constructor(parts: FeaturesParts) {
    this.#parts = parts;
  }

  static begin(parts: FeaturesParts): StartFeatures {
    const start = new StartFeatures(parts);
    start.#watch();
    void start.#whenReplayed();
    return start;
  }

  #watch(): void {
    const { pipelines, history, parity, parityIntervalMs, readiness, shutdown } = this.#parts;
    readiness.add('sources', () => {
      const [stopped] = pipelines.stoppedSources();
      const [failed] = pipelines.failedStarts();
      if (stopped) return { ok: false, detail: `${stopped.code}: ${stopped.message}` };
      return { ok: failed === undefined, detail: failed ? `${failed.source}: ${failed.error.message}` : 'running' };
    });
    readiness.add('history', () => {
      const [stopped] = history.statuses().flatMap((status) => status.stopped);
      return { ok: stopped === undefined, detail: stopped ? `${stopped.code}: ${stopped.message}` : 'running' };
    });
    readiness.add('parity', () => ({
      ok: parity.healthy(parityIntervalMs * silentRounds),
      detail: 'served vectors are recomputed in SQL and compared',
    }));
    shutdown.add('consumers', 'pipelines', () => pipelines.stop());
    shutdown.add('consumers', 'history', () => history.stop());
    shutdown.add('consumers', 'timers', () => this.#timers.forEach((timer) => clearInterval(timer)));
  }

  async #whenReplayed(): Promise<void> {
    const { journal, history, log } = this.#parts;
    await journal.whenReady();
    // Before the first look: it takes a while, and a command that comes in the meantime must not be missed.
    journal.onApplied(({ applied }) => {
      if (!applied.ok) return;
      this.#isSweepDue = true;
      void this.#reconcile();
    });
    await this.#reconcile();
    // Topics of sources and dead letters come into being without a command: history looks for them again and again.
    this.#timers.push(setInterval(() => void this.#reconcileHistory(), historyIntervalMs));
    const { completeBuilds, parity, parityIntervalMs } = this.#parts;
    this.#every(parityIntervalMs, 'parity', () => parity.run());
    this.#every(buildsIntervalMs, 'builds', () => completeBuilds.run());
    this.#every(sweepIntervalMs, 'sweep', () => this.#sweep());
    log.info('features.following', {
      sources: journal.state.definitions.sources.size,
      history: history.statuses().length,
    });
  }

  async #reconcile(): Promise<void> {
    await this.#parts.pipelines.reconcile(this.#parts.services.builds());
    await this.#reconcileHistory();
  }

  #reconcileHistory(): Promise<void> {
    const { journal, history, services } = this.#parts;
    const { state } = journal;
    const sources = [...state.definitions.sources.keys()].map((name) => ({
      plan: compileSource(name, state.definitions),
      generation: generationOf(state, name),
    }));
    return history.reconcile(sources, services.builds());
  }

  async #sweep(): Promise<void> {
    if (!this.#isSweepDue) return;
    this.#isSweepDue = false;
    try {
      this.#isSweepDue = !(await this.#parts.sweepRetired.run());
    } catch (error) {
      this.#isSweepDue = true;
      throw error;
    }
  }

  /** An outage is waited for: the next round finds what this one could not do. */
  #every(intervalMs: number, what: string, work: () => Promise<unknown>): void {
    const { log } = this.#parts;
    const run = async (): Promise<void> => {
      if (this.#busy.has(what)) return;
      this.#busy.add(what);
      try {
        await work();
      } catch (error) {
        if (isTransient(error)) log.warn(`features.${what}-waiting`, { error });
        else log.error(`features.${what}-failed`, { error });
      } finally {
        this.#busy.delete(what);
      }
    };
    this.#timers.push(setInterval(() => void run(), intervalMs));
  }
}
