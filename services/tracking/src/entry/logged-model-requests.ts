import { integer, optionalFlag, optionalText, pageSize, tagList, text, textList } from '@millrace/mlflow-protocol';
import { z } from 'zod';

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
  experiment_id: z.union([text, integer.transform(String)]),
  name: optionalText,
  model_type: optionalText,
  source_run_id: optionalText,
  params,
  tags: tagList,
});
export const finalizeLoggedModel = z.object({
  status: z.enum(['LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED', 'LOGGED_MODEL_PENDING']),
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
