import type { Journal } from '@millrace/events';
import type { RunEvent } from '@millrace/schemas';
import type { ExperimentCommand, ExperimentsState } from './experiments/experiments.ts';
import type { FollowedLog, Placed } from './followed-log.ts';
import type { RunFact, Subject } from './runs/run-facts.ts';
import type { FoundRun, RunSearch } from './runs/run-search.ts';

export type ExperimentsJournal = Pick<Journal<ExperimentsState, ExperimentCommand>, 'submit' | 'read' | 'state'>;

/** The log of writes, appended to. */
export interface RunEvents {
  /** Position of the acknowledged write. */
  append(event: RunEvent): Promise<{ partition: number; offset: number }>;
}

/** The log of writes, followed. */
export type RunLog = FollowedLog<RunEvent>;
export type PlacedEvent = Placed<RunEvent>;

/** Which writes of one partition are looked at. */
export interface FactsWindow {
  /** Only those below this offset. */
  readonly before: number;
  /** None of these. */
  readonly except: readonly number[];
}

/** What is asked for by its subject and id. */
export interface RunKey {
  readonly subject: Subject;
  readonly id: string;
}

/** What the store can say without waiting for anything. */
export interface StoredNow {
  /** Next offset of each partition below which every write is stored. */
  readonly storedTo: readonly number[];
  /** Those of which it holds a write, whether or not that counts. */
  has(key: RunKey): boolean;
}

/** The history of runs in the analytical store. */
export interface RunHistory {
  /** How far the store has come, and then which of these it knows. */
  storedNow(keys: readonly RunKey[]): Promise<StoredNow>;
  /** Waits until every write below `nextOffset` of the partition is stored. Throws a transient error when it takes too long. */
  untilStored(positions: readonly { readonly partition: number; readonly nextOffset: number }[]): Promise<void>;
  /** All facts of the subjects but metrics, of which only the point that counts; within the window of offsets. */
  factsOf(subject: Subject, ids: readonly string[], window?: FactsWindow): Promise<RunFact[]>;
}

/** Runs in the analytical store, for searches that memory does not answer. */
export interface StoredRuns {
  /** In order. */
  search(search: RunSearch): Promise<FoundRun[]>;
  /** All facts that count of an experiment's subjects, but artifacts, as they arrive, a few at a time. When it throws, what came is not whole. */
  latestOf(subject: Subject, experimentId: string): AsyncGenerator<readonly RunFact[], void, void>;
}

/** What the names of files in the log say of contents. */
export interface ArtifactUsage {
  /** Bytes of all files that the experiment lists, with every write that was acknowledged before the call. */
  bytesOf(experimentId: string): Promise<number>;
  /** Those of the contents that a file is, or was when its name was last written after that time. */
  usedOf(hashes: readonly string[], sinceMs: number): Promise<ReadonlySet<string>>;
}

/** What the registry knows of contents. */
export interface ArtifactPins {
  /** Those that a version of a model stands for. Throws a transient error when it cannot be known. */
  pinnedOf(hashes: readonly string[]): Promise<ReadonlySet<string>>;
}

/** The registry, asked where the files of a model version lie. */
export interface VersionSources {
  /** An artifact address. Throws in MLflow's terms when there is no such version. */
  sourceOf(name: string, version: string): Promise<string>;
}

export interface DatasetSummary {
  readonly experimentId: string;
  readonly name: string;
  readonly digest: string;
  /** What the dataset was used for, as the client says: "training", for example. */
  readonly context: string | null;
}

/** The datasets that runs have used, each use of a kind once. */
export interface DatasetSummaries {
  ofExperiments(experimentIds: readonly string[]): Promise<DatasetSummary[]>;
}

/** What the registry says of the versions that were made from runs, as MLflow's messages. */
export interface RegisteredVersions {
  ofRuns(runIds: readonly string[]): Promise<ReadonlyMap<string, readonly object[]>>;
  search(request: Readonly<Record<string, unknown>>): Promise<object>;
}
