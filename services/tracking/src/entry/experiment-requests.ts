import {
  checkLength,
  invalidParameter,
  matchesClause,
  optionalText,
  pageSize,
  parseFilter,
  parseOrderBy,
  tagList,
  text,
  textList,
  integer,
} from '@millrace/mlflow-protocol';
import { z } from 'zod';
import type { Experiment } from '../flow/experiments.ts';
import { viewType } from './run-requests.ts';

const idText = z.union([text, integer.transform(String)]);

export const createExperiment = z.object({ name: text, artifact_location: optionalText, tags: tagList });
export const experimentOnly = z.object({ experiment_id: idText });
export const experimentName = z.object({ experiment_name: text });
export const renameExperiment = z.object({ experiment_id: idText, new_name: text });
export const experimentTag = z.object({
  experiment_id: idText,
  key: text,
  value: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
});
export const experimentTagKey = z.object({ experiment_id: idText, key: text });
export const searchExperiments = z.object({
  max_results: pageSize(1000, 50_000),
  page_token: optionalText,
  filter: optionalText,
  order_by: textList,
  view_type: viewType,
});

export function checkExperimentName(name: string): void {
  if (name.trim() === '') throw invalidParameter('Invalid experiment name: it must not be blank.');
  checkLength(name, { path: 'name', max: 500 });
}

export function checkArtifactLocation(location: string | undefined): void {
  if (location === undefined || location === '') return;
  if (/[?#]/.test(location) || location.split('/').includes('..') || location.length > 2048) {
    throw invalidParameter(`Invalid artifact_location: ${JSON.stringify(location.slice(0, 200))}`);
  }
  // Files go through this service: another place would be one that it cannot reach.
  if (!location.startsWith('mlflow-artifacts:/')) {
    throw invalidParameter(
      `Invalid artifact_location ${JSON.stringify(location)}: artifacts are stored by this server, under mlflow-artifacts:/`,
    );
  }
}

type Value = (experiment: Experiment) => string | number;
const fields: Readonly<Record<string, Value>> = {
  name: ({ name }) => name,
  experiment_id: ({ id }) => id,
  creation_time: ({ createdAtMs }) => createdAtMs,
  last_update_time: ({ updatedAtMs }) => updatedAtMs,
};

/** Filter and order of a search over experiments; the newest first unless said otherwise. */
export function selectExperiments(
  experiments: Iterable<Experiment>,
  query: { filter: string | undefined; orderBy: readonly string[]; view: z.output<typeof viewType> },
): Experiment[] {
  const clauses = parseFilter(query.filter).map((clause) => {
    const { entity, key } = clause;
    if (entity === 'tag' || entity === 'tags')
      return { clause, value: (experiment: Experiment) => experiment.tags.get(key) };
    const value = entity === null || entity === 'attribute' || entity === 'attributes' ? fields[key] : undefined;
    if (value === undefined) throw invalidParameter(`Invalid attribute key '${key}' specified.`);
    return { clause, value };
  });
  const orders = [
    ...parseOrderBy(query.orderBy),
    { entity: null, key: 'creation_time', descending: true },
    { entity: null, key: 'experiment_id', descending: true },
  ].map(({ key, descending }) => {
    const value = fields[key];
    if (value === undefined) throw invalidParameter(`Invalid order_by clause '${key}'`);
    return {
      value: key === 'experiment_id' ? (experiment: Experiment) => Number(experiment.id) : value,
      sign: descending ? -1 : 1,
    };
  });
  return [...experiments]
    .filter(
      ({ lifecycleStage }) => query.view === 'ALL' || (query.view === 'ACTIVE_ONLY') === (lifecycleStage === 'active'),
    )
    .filter((experiment) => clauses.every(({ clause, value }) => matchesClause(value(experiment), clause)))
    .sort((a, b) => {
      for (const { value, sign } of orders) {
        const [left, right] = [value(a), value(b)];
        if (left !== right) return left < right ? -sign : sign;
      }
      return 0;
    });
}
