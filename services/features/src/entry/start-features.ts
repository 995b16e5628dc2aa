import type { Journal } from '@millrace/events';
import { compileSource, type SourcePlan } from '@millrace/feature-engine';
import { isTransient, type Readiness, type ServiceLog, type Shutdown } from '@millrace/service-kit';
import type { CheckParity } from '../flow/check-parity.ts';
import type { FeaturesCommand, FeaturesState } from '../flow/definitions-domain.ts';
import type { PlannedServices } from '../flow/planned-services.ts';
import type { HistorySinks } from '../store/history-sinks.ts';
import type { SourcePipelines } from './source-pipelines.ts';

export interface FeaturesParts {
  readonly journal: Journal<FeaturesState, FeaturesCommand>;
  readonly services: PlannedServices;
  readonly pipelines: SourcePipelines;
  readonly history: HistorySinks;
  readonly parity: CheckParity;
  readonly parityIntervalMs: number;
  readonly log: ServiceLog;
  readonly readiness: Readiness;
  readonly shutdown: Shutdown;
}

const historyIntervalMs = 2_000;
/** Rounds of the parity check that may find nothing while there is traffic. */
const silentRounds = 20;

/** Follows the definitions: pipelines and history run what the journal says, from the moment it is replayed. */
export class StartFeatures {
  readonly #parts: FeaturesParts;
  readonly #timers: NodeJS.Timeout[] = [];

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
      if (applied.ok) void this.#reconcile();
    });
    await this.#reconcile();
    // Topics of sources and dead letters come into being without a command: history looks for them again and again.
    this.#timers.push(setInterval(() => void this.#reconcileHistory(), historyIntervalMs));
    this.#timers.push(setInterval(() => void this.#checkParity(), this.#parts.parityIntervalMs));
    log.info('features.following', {
      sources: journal.state.definitions.sources.size,
      history: history.statuses().length,
    });
  }

  async #reconcile(): Promise<void> {
    await this.#parts.pipelines.reconcile(this.#parts.services.blueprints());
    await this.#reconcileHistory();
  }

  #reconcileHistory(): Promise<void> {
    const { journal, history, services } = this.#parts;
    const { definitions } = journal.state;
    const sources: SourcePlan[] = [...definitions.sources.keys()].map((name) => compileSource(name, definitions));
    return history.reconcile(sources, services.blueprints());
  }

  async #checkParity(): Promise<void> {
    const { parity, log } = this.#parts;
    try {
      await parity.run();
    } catch (error) {
      if (isTransient(error)) log.warn('features.parity-waiting', { error });
      else log.error('features.parity-failed', { error });
    }
  }
}
