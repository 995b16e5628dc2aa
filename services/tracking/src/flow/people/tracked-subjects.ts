import type { Named, Subject, Subjects } from '@millrace/people';
import { experimentOfTrace, placeOfPath, placeOfUri, type ArtifactPlace } from '../artifacts/artifact-roots.ts';
import type { Experiment, ExperimentsState } from '../experiments/experiments.ts';
import type { LiveRuns } from '../runs/live-runs.ts';
import type { Subject as Logged } from '../runs/run-facts.ts';
import type { TrackingJournal } from '../tracking-domain.ts';
import type { LiveTraces } from '../traces/live-traces.ts';

export interface TrackedParts {
  readonly journal: Pick<TrackingJournal, 'state' | 'read'>;
  readonly runs: Pick<LiveRuns, 'held' | 'get'>;
  readonly traces: Pick<LiveTraces, 'get'>;
  /** The registry, which knows models. */
  readonly models: Subjects;
}

/** The experiments that runs, logged models, traces and files belong to. Of what is in memory nobody else is asked. */
export class TrackedSubjects implements Subjects {
  readonly #parts: TrackedParts;

  constructor(parts: TrackedParts) {
    this.#parts = parts;
  }

  find(named: Named): Promise<Subject | null> {
    switch (named.kind) {
      case 'experiment':
        return this.#experiment(({ experiments }) => experiments.get(plainId(named.id)));
      case 'experiment-name':
        return this.#experiment(({ experiments, idByName }) => experiments.get(idByName.get(named.id) ?? ''));
      case 'run':
      case 'logged-model':
        return this.#ofRun(named.kind, named.id);
      case 'sweep':
        return this.#ofSweep(named.id);
      case 'dataset':
        return this.#ofDataset(named.id);
      case 'trace':
        return this.#ofTrace(named.id);
      case 'artifact-path':
        return this.#ofPlace(placeOfPath(named.id), named.id);
      case 'artifact-uri':
        return this.#ofPlace(placeOfUri(named.id), null);
      case 'model':
        return Promise.resolve(this.#parts.models.find(named));
      // Things of other services.
      case 'endpoint':
      case 'monitor':
        return Promise.resolve(null);
    }
  }

  /** What this instance does not know yet, another one may have acknowledged. */
  async #experiment(find: (state: ExperimentsState) => Experiment | undefined): Promise<Subject | null> {
    const { journal } = this.#parts;
    const found = find(journal.state) ?? find(await journal.read());
    return found === undefined ? null : experimentSubject(found);
  }

  /** A run never moves: also a head that lacks the last writes says where it is. */
  async #ofRun(subject: Logged, id: string): Promise<Subject | null> {
    const { runs } = this.#parts;
    if (!id.isWellFormed()) return null;
    const experimentId = runs.held(subject, id)?.experimentId || (await runs.get(subject, id))?.experimentId;
    return experimentId ? this.#experiment(({ experiments }) => experiments.get(experimentId)) : null;
  }

  async #ofSweep(id: string): Promise<Subject | null> {
    const { journal } = this.#parts;
    const sweep = journal.state.sweeps.get(id) ?? (await journal.read()).sweeps.get(id);
    return sweep === undefined ? null : this.#experiment(({ experiments }) => experiments.get(sweep.experimentId));
  }

  /** It belongs to the experiment that it was added to first. */
  async #ofDataset(id: string): Promise<Subject | null> {
    const { journal } = this.#parts;
    const dataset = journal.state.datasets.get(id) ?? (await journal.read()).datasets.get(id);
    const [first] = dataset?.experimentIds ?? [];
    return first === undefined ? null : this.#experiment((state) => state.experiments.get(first));
  }

  async #ofTrace(id: string): Promise<Subject | null> {
    if (!id.isWellFormed()) return null;
    const head = await this.#parts.traces.get(id);
    return head === null ? null : this.#experiment(({ experiments }) => experiments.get(head.info.experimentId));
  }

  async #ofPlace(place: ArtifactPlace | null, path: string | null): Promise<Subject | null> {
    if (place === null) return null;
    const owner = await this.#ofRun(place.subject, place.id);
    if (owner !== null || place.subject !== 'trace') return owner;
    // The first file may come before anything is known of the trace, and begins it where the path says.
    if (path === null) return this.#ofTrace(place.id);
    return this.#experiment(({ experiments }) => experimentOfTrace(path, experiments) ?? undefined);
  }
}

export function experimentSubject({ id, createdBy, createdAtMs }: Experiment): Subject {
  return { kind: 'experiment', id, createdBy, createdAtMs };
}

/** `007` and `+7` are experiment 7, as the handlers read them. */
function plainId(id: string): string {
  return /^\s*[+-]?\d+\s*$/.test(id) ? String(Number(id)) : id;
}
