import { compileSource } from '@millrace/feature-engine';
import { isTransient, type Readiness, type ServiceLog, type Shutdown } from '@millrace/service-kit';
import { generationOf } from '../flow/log-tables.ts';
import type { PlannedServices } from '../flow/planned-services.ts';
import type { HistorySinks } from '../store/history-sinks.ts';
import type { FeaturesJournal } from '../tokens.ts';
import type { SourcePipelines } from './source-pipelines.ts';

export interface FeaturesParts {
  readonly journal: FeaturesJournal;
  readonly services: PlannedServices;
  readonly pipelines: SourcePipelines;
  readonly history: HistorySinks;
  readonly background: readonly Background[];
  readonly log: ServiceLog;
  readonly readiness: Readiness;
  readonly shutdown: Shutdown;
}

/** Work that is done again and again from when the journal is replayed. */
export interface Background {
  /** For the log. */
  readonly name: string;
  readonly everyMs: number;
  run(): Promise<unknown>;
  /** Called when a definition has come or gone. */
  definitionsChanged?(): void;
}

const historyIntervalMs = 2_000;

/** Follows the definitions: pipelines and history run what the journal says, from the moment it is replayed. */
export class StartFeatures {
  readonly #parts: FeaturesParts;
  readonly #timers: NodeJS.Timeout[] = [];
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
    const { pipelines, history, readiness, shutdown } = this.#parts;
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
    shutdown.add('consumers', 'pipelines', () => pipelines.stop());
    shutdown.add('consumers', 'history', () => history.stop());
    shutdown.add('consumers', 'timers', () => this.#timers.forEach((timer) => clearInterval(timer)));
  }

  async #whenReplayed(): Promise<void> {
    const { journal, history, background, log } = this.#parts;
    await journal.whenReady();
    // Before the first look: it takes a while, and a command that comes in the meantime must not be missed.
    journal.onApplied(({ applied }) => {
      if (!applied.ok) return;
      for (const work of background) work.definitionsChanged?.();
      void this.#reconcile();
    });
    await this.#reconcile();
    // Topics of sources and dead letters come into being without a command: history looks for them again and again.
    this.#timers.push(setInterval(() => void this.#reconcileHistory(), historyIntervalMs));
    for (const work of background) this.#every(work);
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

  /** An outage is waited for: the next round finds what this one could not do. */
  #every(work: Background): void {
    const { name, everyMs } = work;
    const { log } = this.#parts;
    const run = async (): Promise<void> => {
      if (this.#busy.has(name)) return;
      this.#busy.add(name);
      try {
        await work.run();
      } catch (error) {
        if (isTransient(error)) log.warn(`features.${name}-waiting`, { error });
        else log.error(`features.${name}-failed`, { error });
      } finally {
        this.#busy.delete(name);
      }
    };
    this.#timers.push(setInterval(() => void run(), everyMs));
  }
}
