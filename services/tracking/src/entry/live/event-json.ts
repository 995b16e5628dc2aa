import { jsonNumber } from '@millrace/mlflow-protocol';
import type { RunFact } from '../../flow/runs/run-facts.ts';

type Json = Record<string, unknown>;

/** One write as subscribers see it: what it says, grouped by kind; what it says nothing of is absent. */
export function writeJson(facts: readonly RunFact[]): Json {
  const [first] = facts;
  return {
    run_id: first?.id,
    experiment_id: first?.experimentId,
    timestamp: first?.recordedAtMs,
    actor: first?.actor,
    ...listed(facts, 'attribute', 'attributes', ({ key, text }) => ({ key, value: text })),
    ...listed(facts, 'param', 'params', ({ key, text }) => ({ key, value: text })),
    ...listed(facts, 'tag', 'tags', ({ key, text, removed }) => ({ key, value: removed ? null : text })),
    ...listed(facts, 'metric', 'metrics', metricJson),
    ...listed(facts, 'dataset', 'datasets', ({ datasetName, datasetDigest }) => ({
      name: datasetName,
      digest: datasetDigest,
    })),
    ...listed(facts, 'model-input', 'model_inputs', ({ key }) => ({ model_id: key })),
    ...listed(facts, 'model-output', 'model_outputs', ({ key, step }) => ({ model_id: key, step })),
    ...listed(facts, 'artifact', 'artifacts', ({ key, number, removed }) => ({
      path: key,
      ...(removed ? { removed } : { file_size: number }),
    })),
  };
}

function metricJson({ key, number, timestampMs, step, modelId }: RunFact): Json {
  return {
    key,
    value: jsonNumber(number),
    timestamp: timestampMs,
    step,
    ...(modelId !== '' && { model_id: modelId }),
  };
}

function listed(facts: readonly RunFact[], kind: RunFact['kind'], name: string, of: (fact: RunFact) => Json): Json {
  const some = facts.filter((fact) => fact.kind === kind);
  return some.length === 0 ? {} : { [name]: some.map(of) };
}
