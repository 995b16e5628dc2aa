import type { RunFact, Subject } from './run-facts.ts';

export type KeyedText = Pick<RunFact, 'key' | 'text'>;

/** The point that counts of a metric. */
export type LatestPoint = Pick<
  RunFact,
  'key' | 'number' | 'step' | 'timestampMs' | 'modelId' | 'runId' | 'datasetName' | 'datasetDigest'
>;

/** What is shown of a run or logged model as it stands, wherever that is held. Lists are in the order of their keys. */
export interface RunView {
  readonly subject: Subject;
  readonly id: string;
  readonly experimentId: string;
  readonly isDeleted: boolean;
  /** Time of the last change of an attribute. */
  readonly updatedAtMs: number;
  readonly params: readonly KeyedText[];
  readonly tags: readonly KeyedText[];
  readonly metrics: readonly LatestPoint[];
  /** Undefined also where it is empty. */
  attribute(name: string): string | undefined;
  numberAttribute(name: string): number | undefined;
  links(kind: 'dataset' | 'model-input' | 'model-output'): readonly RunFact[];
}
