import type { RunDataset, RunEvent, RunMetric } from '@millrace/schemas';

/** Of a trace only its files are kept here; what it is lies elsewhere. */
const subjects = ['run', 'logged-model', 'trace'] as const;
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
  'void',
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
  /** Name of the attribute, param, metric or tag; path of the artifact; name and digest of the dataset; id of the model; offset of the write that is void. */
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

type Said = Pick<RunFact, 'kind' | 'key'> & Partial<RunFact>;

/** What a write says, one by one, in a fixed order: a repeat gives the same rows. */
export function factsOf(event: RunEvent, position: EventPosition): RunFact[] {
  const facts: RunFact[] = [];
  const say = (said: Said): void => {
    facts.push(factOf(event, position, { ...said, item: facts.length }));
  };
  for (const [key, text] of Object.entries(event.attributes)) say({ kind: 'attribute', key, text });
  for (const { key, value } of event.params) say({ kind: 'param', key, text: value });
  for (const { key, value } of event.tags) say({ kind: 'tag', key, text: value ?? '', removed: value === null });
  for (const point of event.metrics) facts.push(pointOf(event, position, { point, item: facts.length }));
  for (const dataset of event.datasets) {
    say({
      kind: 'dataset',
      key: `${dataset.name} ${dataset.digest}`,
      text: JSON.stringify(dataset),
      datasetName: dataset.name,
      datasetDigest: dataset.digest,
    });
  }
  for (const key of event.modelInputs) say({ kind: 'model-input', key });
  for (const { modelId, step } of event.modelOutputs) say({ kind: 'model-output', key: modelId, step });
  for (const { path, hash, sizeBytes } of event.artifacts)
    say({ kind: 'artifact', key: path, text: hash ?? '', number: sizeBytes, removed: hash === null });
  for (const offset of event.voids) say({ kind: 'void', key: String(offset) });
  return facts;
}

/** Written out field by field, as below: a write may hold a thousand points, and objects of one shape are made fastest. */
function pointOf(
  event: RunEvent,
  { partition, offset }: EventPosition,
  { point, item }: { readonly point: RunMetric; readonly item: number },
): RunFact {
  return {
    subject: event.subject as Subject,
    id: event.id,
    experimentId: event.experimentId,
    kind: 'metric',
    key: point.key,
    text: '',
    number: point.value,
    step: point.step,
    timestampMs: point.timestampMs,
    removed: false,
    modelId: point.modelId ?? '',
    runId: point.runId ?? '',
    datasetName: point.datasetName ?? '',
    datasetDigest: point.datasetDigest ?? '',
    partition,
    offset,
    item,
    recordedAtMs: event.atMs,
    actor: event.actor,
  };
}

function factOf(event: RunEvent, { partition, offset }: EventPosition, said: Said & { item: number }): RunFact {
  return {
    subject: event.subject as Subject,
    id: event.id,
    experimentId: event.experimentId,
    kind: said.kind,
    key: said.key,
    text: said.text ?? '',
    number: said.number ?? 0,
    step: said.step ?? 0,
    timestampMs: 0,
    removed: said.removed ?? false,
    modelId: '',
    runId: '',
    datasetName: said.datasetName ?? '',
    datasetDigest: said.datasetDigest ?? '',
    partition,
    offset,
    item: said.item,
    recordedAtMs: event.atMs,
    actor: event.actor,
  };
}

export function datasetOf(fact: RunFact): RunDataset {
  return JSON.parse(fact.text) as RunDataset;
}
