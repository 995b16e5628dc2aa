import {
  checkEntityKey,
  checkExperimentId,
  checkLength,
  checkNamesNoHost,
  fullyDecoded,
  splitArtifactUri,
  invalidParameter,
  optionalText,
  pageSize,
  protoEnum,
  tagList,
  text,
  textList,
  integer,
} from '@millrace/mlflow-protocol';
import { z } from 'zod';

export const viewType = protoEnum(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'])
  .nullish()
  .transform((view) => view ?? 'ACTIVE_ONLY');
const idText = z.union([text, integer.transform(String)]).transform(experimentIdOf);

/** Ids are numbers, and `007` is experiment 7. */
export function experimentIdOf(id: string): string {
  checkExperimentId(id);
  return String(Number(id));
}

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

const maxNameLength = 500;
const maxLocationLength = 2048;
const maxTagValueLength = 20_000;

export function checkExperimentName(name: string): void {
  if (name.trim() === '') throw invalidParameter(`Invalid experiment name: '${name}'`);
  checkLength(name, { path: 'name', max: maxNameLength });
}

export function checkExperimentTag({ key, value }: { readonly key: string; readonly value: string }): void {
  checkEntityKey(key, 'key');
  checkLength(value, { path: 'value', max: maxTagValueLength });
}

/**
 * Any place is taken down, as MLflow does; files go through this service below `mlflow-artifacts:/` only, and a client
 * reaches any other place by itself.
 */
export function checkArtifactLocation(location: string): void {
  const { fragment, parameters, path, query, scheme } = splitArtifactUri(location);
  if (fragment || parameters) throw invalidParameter("'artifact_location' URL can't include fragments or params.");
  if (fullyDecoded(query)?.includes('..') ?? true) throw invalidParameter('Invalid query string');
  checkNamesNoHost(location, 'artifact_location');
  if (location.startsWith('runs:')) {
    throw invalidParameter(`Artifact location cannot be a runs:/ URI. Given: '${location}'`);
  }
  // Of ours the paths are paths of files that we look for.
  if (scheme === 'mlflow-artifacts' && !isPlainPath(fullyDecoded(path))) {
    throw invalidParameter(`Invalid artifact_location: '${location.slice(0, 200)}' holds '..' or a null byte`);
  }
  if (location.length > maxLocationLength) {
    throw invalidParameter(
      `Invalid artifact path length. The length of the artifact path cannot be greater than ${maxLocationLength} characters.`,
    );
  }
}

function isPlainPath(path: string | undefined): boolean {
  return path !== undefined && !path.includes('\0') && !path.split('/').includes('..');
}
