import {
  integer,
  invalidParameter,
  optionalFlag,
  optionalText,
  pageSize,
  protoEnum,
  tagList,
  text,
  textList,
} from '@millrace/mlflow-protocol';
import { z } from 'zod';
import { experimentIdOf } from '../experiments/experiment-requests.ts';

const params = z
  .array(
    z.object({
      key: text,
      value: z
        .string()
        .nullish()
        .transform((value) => value ?? ''),
    }),
  )
  .nullish()
  .transform((list) => list ?? []);

export const createLoggedModel = z.object({
  experiment_id: z.union([text, integer.transform(String)]).transform(experimentIdOf),
  name: optionalText,
  model_type: optionalText,
  source_run_id: optionalText,
  params,
  tags: tagList,
});
export const getLoggedModel = z.object({ allow_deleted: optionalFlag });
export const finalizeLoggedModel = z.object({
  status: protoEnum(['LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED']),
});
export const loggedModelTags = z.object({ tags: tagList });
export const loggedModelParams = z.object({ params });
export const loggedModelFolder = z.object({ artifact_directory_path: optionalText, page_token: optionalText });
export const searchLoggedModels = z.object({
  experiment_ids: textList,
  filter: optionalText,
  max_results: pageSize(100, 50_000),
  order_by: z
    .array(z.object({ field_name: text, ascending: optionalFlag }))
    .nullish()
    .transform((terms) =>
      (terms ?? []).map(({ field_name: name, ascending }) => `${name} ${ascending === false ? 'DESC' : 'ASC'}`),
    ),
  page_token: optionalText,
});

const badCharacters = ['/', ':', '.', '%', '"', "'"] as const;

/** Of a logged model the name may be left out, but not be what would be taken for a part of an address. */
export function checkLoggedModelName(name: string | undefined): void {
  if (!name || !badCharacters.some((character) => name.includes(character))) return;
  throw invalidParameter(
    `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
  );
}
