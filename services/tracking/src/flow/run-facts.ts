import type { RunDataset, RunEvent } from '@millrace/schemas';

const subjects = ['run', 'logged-model'] as const;
export type Subject = (typeof subjects)[number];

const factKinds = [
  'attribute',
  'param',
  'metric',
  'tag',
  'dataset',
  'model-input',
  'model-output',
  'artifact',
] as const;
export type FactKind = (typeof factKinds)[number];

/**
 * One thing that one write says of a run or a logged model: a row of history, and what a run's state is folded from. The
 * same facts in any order, any number of times, give the same state: their positions decide.
 */
export interface RunFact {
  readonly subject: Subject;
  readonly id: string;
  readonly experimentId: string;
  readonly kind: FactKind;
  /** Name of the attribute, param, metric or tag; path of the artifact; name and digest of the dataset; id of the model. */
  readonly key: string;
  /** Value of the attribute, param or tag; hash of the artifact; the dataset as JSON. Empty where there is none. */
  readonly text: string;
  /** Value of the metric, size of the artifact; 0 elsewhere. */
  readonly number: number;
  readonly step: number;
  readonly timestampMs: number;
  /** True when the tag or the artifact is taken away. */
  readonly removed: boolean;
  readonly modelId: string;
  readonly runId: string;
  readonly datasetName: string;
  readonly datasetDigest: string;
  /** Position of the write in the log, and of the fact in the write. */
  readonly partition: number;
  readonly offset: number;
  readonly item: number;
  readonly recordedAtMs: number;
  readonly actor: string;
}

export interface EventPosition {
  readonly partition: number;
  readonly offset: number;
}

/** What a write says, one by one, in a fixed order: a repeat gives the same rows. */
export function factsOf(event: RunEvent, { partition, offset }: EventPosition): RunFact[] {
  const said = [
    ...Object.entries(event.attributes).map(([key, text]) => ({ kind: 'attribute' as const, key, text })),
    ...event.params.map(({ key, value }) => ({ kind: 'param' as const, key, text: value })),
    ...event.tags.map(({ key, value }) => ({ kind: 'tag' as const, key, text: value ?? '', removed: value === null })),
    ...event.metrics.map((point) => ({
      kind: 'metric' as const,
      key: point.key,
      number: point.value,
      step: point.step,
      timestampMs: point.timestampMs,
      modelId: point.modelId ?? '',
      runId: point.runId ?? '',
      datasetName: point.datasetName ?? '',
      datasetDigest: point.datasetDigest ?? '',
    })),
    ...event.datasets.map((dataset) => ({
      kind: 'dataset' as const,
      key: `${dataset.name} ${dataset.digest}`,
      text: JSON.stringify(dataset),
      datasetName: dataset.name,
      datasetDigest: dataset.digest,
    })),
    ...event.modelInputs.map((key) => ({ kind: 'model-input' as const, key })),
    ...event.modelOutputs.map(({ modelId, step }) => ({ kind: 'model-output' as const, key: modelId, step })),
    ...event.artifacts.map(({ path, hash, sizeBytes }) => ({
      kind: 'artifact' as const,
      key: path,
      text: hash ?? '',
      number: sizeBytes,
      removed: hash === null,
    })),
  ];
  return said.map((fact, item) => ({
    text: '',
    number: 0,
    step: 0,
    timestampMs: 0,
    removed: false,
    modelId: '',
    runId: '',
    datasetName: '',
    datasetDigest: '',
    ...fact,
    subject: event.subject as Subject,
    id: event.id,
    experimentId: event.experimentId,
    partition,
    offset,
    item,
    recordedAtMs: event.atMs,
    actor: event.actor,
  }));
}

export function datasetOf(fact: RunFact): RunDataset {
  return JSON.parse(fact.text) as RunDataset;
}
