import { jsonNumber } from '@millrace/mlflow-protocol';
import type { Experiment } from '../flow/experiments/experiments.ts';
import { datasetOf, type RunFact } from '../flow/runs/run-facts.ts';
import type { KeyedText, LatestPoint, RunView } from '../flow/runs/run-view.ts';

type Json = Record<string, unknown>;

export function experimentJson(experiment: Experiment): Json {
  return {
    experiment_id: experiment.id,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    creation_time: experiment.createdAtMs,
    last_update_time: experiment.updatedAtMs,
    tags: [...experiment.tags].map(([key, value]) => ({ key, value })),
  };
}

export function runInfoJson(head: RunView, experimentIsDeleted = false): Json {
  const name = head.attribute('name');
  const endTime = head.numberAttribute('end_time');
  return {
    run_id: head.id,
    run_uuid: head.id,
    experiment_id: head.experimentId,
    ...(name !== undefined && { run_name: name }),
    user_id: head.attribute('user_id') ?? '',
    status: head.attribute('status') ?? 'RUNNING',
    start_time: head.numberAttribute('start_time') ?? 0,
    ...(endTime !== undefined && { end_time: endTime }),
    artifact_uri: head.attribute('artifact_uri') ?? '',
    lifecycle_stage: head.isDeleted || experimentIsDeleted ? 'deleted' : 'active',
  };
}

export function runJson(head: RunView, experimentIsDeleted = false): Json {
  return {
    info: runInfoJson(head, experimentIsDeleted),
    data: { metrics: head.metrics.map(metricJson), params: head.params.map(keyValue), tags: head.tags.map(keyValue) },
    inputs: {
      dataset_inputs: head.links('dataset').map(datasetInputJson),
      model_inputs: head.links('model-input').map(({ key }) => ({ model_id: key })),
    },
    outputs: { model_outputs: head.links('model-output').map(({ key, step }) => ({ model_id: key, step })) },
  };
}

/** Set one by one: a page holds thousands of points, and spreads cost several times as much. */
function metricJson(fact: LatestPoint): Json {
  const json: Json = {
    key: fact.key,
    value: jsonNumber(fact.number),
    timestamp: fact.timestampMs,
    step: fact.step,
  };
  if (fact.modelId !== '') json['model_id'] = fact.modelId;
  if (fact.runId !== '') json['run_id'] = fact.runId;
  if (fact.datasetName !== '') json['dataset_name'] = fact.datasetName;
  if (fact.datasetDigest !== '') json['dataset_digest'] = fact.datasetDigest;
  return json;
}

export function loggedModelJson(head: RunView): Json {
  const optional = (name: string): Json => {
    const value = head.attribute(name);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    info: {
      model_id: head.id,
      experiment_id: head.experimentId,
      name: head.attribute('name') ?? '',
      creation_timestamp_ms: head.numberAttribute('created_time') ?? 0,
      last_updated_timestamp_ms: head.updatedAtMs,
      artifact_uri: head.attribute('artifact_uri') ?? '',
      status: head.attribute('status') ?? 'LOGGED_MODEL_PENDING',
      ...optional('model_type'),
      ...optional('source_run_id'),
      ...optional('status_message'),
      tags: head.tags.map(keyValue),
    },
    data: {
      params: head.params.map(keyValue),
      metrics: head.metrics.map((fact) => ({ ...metricJson(fact), model_id: head.id })),
    },
  };
}

function keyValue({ key, text }: KeyedText): Json {
  return { key, value: text };
}

function datasetInputJson(fact: RunFact): Json {
  const { name, digest, sourceType, source, schema, profile, tags } = datasetOf(fact);
  return {
    tags: tags.map(({ key, value }) => ({ key, value: value ?? '' })),
    dataset: {
      name,
      digest,
      source_type: sourceType,
      source,
      ...(schema !== null && { schema }),
      ...(profile !== null && { profile }),
    },
  };
}
