import {
  checkLength,
  integer,
  invalidParameter,
  optionalFlag,
  optionalText,
  pageSize,
  tagList,
  text,
  textList,
} from '@millrace/mlflow-protocol';
import { z } from 'zod';
import { stages, type Stage } from '../flow/registry-state.ts';

const maxTagKeyLength = 250;
const maxTagValueLength = 100_000;
const maxAliasLength = 255;
const maxNameLength = 256;

const orNull = <T>(value: T | undefined): T | null => value ?? null;
const value = z
  .string()
  .nullish()
  .transform((given) => given ?? '');

/** A version number comes as text. What is no number names no version. */
const version = z.union([text, integer]).transform((given) => {
  const number = Number(given);
  return Number.isSafeInteger(number) && number > 0 ? number : Number.NaN;
});

export const nameOnly = z.object({ name: text });
export const createModel = z.object({ name: text, description: optionalText.transform(orNull), tags: tagList });
export const updateModel = z.object({ name: text, description: value });
export const renameModel = z.object({ name: text, new_name: text });
export const modelTag = z.object({ name: text, key: text, value });
export const modelTagKey = z.object({ name: text, key: text });
export const latestVersionsOf = z.object({ name: text, stages: textList });

const page = { filter: optionalText, order_by: textList, page_token: optionalText };
export const searchModelsRequest = z.object({ ...page, max_results: pageSize(100, 1000) });
export const searchVersionsRequest = z.object({ ...page, max_results: pageSize(10_000, 200_000) });

export const createVersion = z.object({
  name: text,
  source: text,
  run_id: optionalText,
  run_link: optionalText,
  model_id: optionalText,
  description: optionalText,
  tags: tagList,
});
export const versionOf = z.object({ name: text, version });
export const updateVersion = z.object({ name: text, version, description: value });
export const versionTag = z.object({ name: text, version, key: text, value });
export const versionTagKey = z.object({ name: text, version, key: text });
export const transitionStage = z.object({
  name: text,
  version,
  stage: text,
  archive_existing_versions: optionalFlag.transform((flag) => flag ?? false),
});
export const setAlias = z.object({ name: text, alias: text, version });
export const aliasOf = z.object({ name: text, alias: text });

export function checkModelName(name: string): void {
  if (/[/:]/.test(name) || name.trim() === '' || /\p{Cc}/u.test(name)) {
    throw invalidParameter(
      `Invalid value ${JSON.stringify(name)} for parameter 'name' supplied: Registered model name cannot be empty or hold '/' or ':'.`,
    );
  }
  checkLength(name, { path: 'name', max: maxNameLength });
}

export function checkTags(tags: readonly { key: string; value: string }[]): void {
  for (const tag of tags) {
    checkLength(tag.key, { path: 'key', max: maxTagKeyLength });
    checkLength(tag.value, { path: 'value', max: maxTagValueLength });
  }
}

export function checkAlias(alias: string): void {
  if (!/^[\w-]+$/.test(alias)) {
    throw invalidParameter(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    );
  }
  checkLength(alias, { path: 'alias', max: maxAliasLength });
  if (alias.toLowerCase() === 'latest') throw invalidParameter("'latest' alias name (case insensitive) is reserved.");
  if (/^v\d+$/i.test(alias)) throw invalidParameter(`Version alias name '${alias}' is reserved.`);
}

/** Stages are named in any case. */
export function stageNamed(name: string): Stage {
  const stage = stages.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (stage === undefined)
    throw invalidParameter(`Invalid Model Version stage: ${name}. Value must be one of ${stages.join(', ')}.`);
  return stage;
}
