import {
  checkEntityKey,
  checkLength,
  checkNormal,
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
import { servingStages, stages, type Stage } from '../flow/registry-state.ts';

const maxTagValueLength = 100_000;
const maxAliasLength = 255;
const maxNameLength = 256;
/** A version of a prompt has its text in this tag. */
const promptTextTag = 'mlflow.prompt.text';

const orNull = <T>(value: T | undefined): T | null => value ?? null;
const value = z
  .string()
  .nullish()
  .transform((given) => given ?? '');

/** Checked wherever a model is named: what no model can be called is a fault of the request, not an absent model. */
const name = text.transform((given) => {
  checkModelName(given);
  return given;
});

/** A version number comes as text. */
const version = z.union([text, integer]).transform((given) => {
  if (!/^\s*[+-]?\d+\s*$/.test(String(given))) {
    throw invalidParameter(`Parameter 'version' must be an integer, got '${given}'.`);
  }
  return Number(given);
});

export const nameOnly = z.object({ name });
export const createModel = z.object({ name, description: optionalText.transform(orNull), tags: tagList });
export const updateModel = z.object({ name, description: value });
export const renameModel = z.object({ name, new_name: name });
export const modelTag = z.object({ name, key: text, value });
export const modelTagKey = z.object({ name, key: text });
export const latestVersionsOf = z.object({ name, stages: textList });

const page = { filter: optionalText, order_by: textList, page_token: optionalText };
export const searchModelsRequest = z.object({ ...page, max_results: pageSize(100, 1000) });
export const searchVersionsRequest = z.object({ ...page, max_results: pageSize(10_000, 200_000) });

export const createVersion = z.object({
  name,
  source: text,
  run_id: optionalText,
  run_link: optionalText,
  model_id: optionalText,
  description: optionalText,
  tags: tagList,
});
export const versionOf = z.object({ name, version });
export const updateVersion = z.object({ name, version, description: value });
export const versionTag = z.object({ name, version, key: text, value });
export const versionTagKey = z.object({ name, version, key: text });
export const transitionStage = z.object({
  name,
  version,
  stage: text,
  archive_existing_versions: optionalFlag.transform((flag) => flag ?? false),
});
export const setAlias = z.object({ name, alias: text, version });
export const aliasOf = z.object({ name, alias: text });

export function checkModelName(given: string): void {
  if (given.trim() === '') throw invalidParameter("Missing value for required parameter 'name'.");
  if (/[/:]/.test(given)) {
    throw invalidParameter(`Invalid model name '${given}'. Names cannot contain '/' or ':'.`);
  }
  checkNormal(given, 'name');
  if (/\p{Cc}/u.test(given)) throw invalidParameter(`Invalid model name '${given}'. It holds control characters.`);
  checkLength(given, { path: 'name', max: maxNameLength });
}

type TagEntry = { readonly key: string; readonly value: string };

export function checkTags(tags: readonly TagEntry[]): void {
  for (const tag of tags) {
    checkEntityKey(tag.key, 'key');
    checkLength(tag.value, { path: 'value', max: maxTagValueLength });
  }
}

export function checkVersionTags(tags: readonly TagEntry[]): void {
  const text = tags.find(({ key }) => key === promptTextTag)?.value ?? '';
  if (text.length > maxTagValueLength) {
    throw invalidParameter(`Prompt text exceeds max length of ${maxTagValueLength} characters.`);
  }
  checkTags(tags);
}

export function checkAlias(alias: string): void {
  if (!/^[\p{L}\p{N}_-]*$/u.test(alias)) {
    throw invalidParameter(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    );
  }
  checkLength(alias, { path: 'Registered model alias name', max: maxAliasLength });
}

/** What an alias may not be called though it has the form of one: clients read such names in another way. */
export function checkAliasIsFree(alias: string): void {
  if (alias.toLowerCase() === 'latest') throw invalidParameter("'latest' alias name (case insensitive) is reserved.");
  if (/^v\d+$/i.test(alias)) throw invalidParameter(`Version alias name '${alias}' is reserved.`);
}

/** Others make room only in a stage that serves. */
export function checkArchives(stage: Stage, archivesOthers: boolean): void {
  if (!archivesOthers || (servingStages as readonly Stage[]).includes(stage)) return;
  throw invalidParameter(
    `Model version transition cannot archive existing model versions because '${stage}' is not an Active stage. Valid stages are ['${servingStages.join("', '")}']`,
  );
}

/** Stages are named in any case. */
export function stageNamed(name: string): Stage {
  const stage = stages.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (stage === undefined)
    throw invalidParameter(`Invalid Model Version stage: ${name}. Value must be one of ${stages.join(', ')}.`);
  return stage;
}
