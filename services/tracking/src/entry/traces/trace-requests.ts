import {
  integer,
  optionalFlag,
  optionalInteger,
  optionalText,
  pageSize,
  tagList,
  text,
  textList,
} from '@millrace/mlflow-protocol';
import { z } from 'zod';
import { assessmentSchema, updatableFields, type UpdatableField } from '../../flow/traces/assessment.ts';

const longestTraceId = 250;
const traceId = text.max(longestTraceId, `it is longer than ${longestTraceId} characters`);
const texts = z
  .record(
    z.string(),
    z
      .string()
      .nullish()
      .transform((value) => value ?? ''),
  )
  .nullish()
  .transform((value) => value ?? {});

/** As far as dates reach. */
const latestMs = 8.64e15;
const momentMs = integer.pipe(z.number().min(0).max(latestMs));
/** Protobuf's JSON of a moment. */
const timestampMs = z.iso.datetime({ offset: true }).transform((value) => Date.parse(value));
/** Protobuf's JSON of a duration, `1.5s`. */
const durationMs = z
  .string()
  .regex(/^-?\d{1,12}(\.\d{1,9})?s$/)
  .transform((value) => Math.round(Number(value.slice(0, -1)) * 1000));

const states = ['STATE_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS'] as const;
const location = z.object({
  type: optionalText,
  mlflow_experiment: z.object({ experiment_id: text }).optional(),
});

export const startTrace = z.object({
  trace: z.object({
    trace_info: z.object({
      trace_id: traceId,
      client_request_id: optionalText,
      trace_location: z.object({ mlflow_experiment: z.object({ experiment_id: text }) }),
      request_preview: optionalText,
      response_preview: optionalText,
      request_time: timestampMs,
      execution_duration: durationMs.nullish(),
      state: z.enum(states).default('STATE_UNSPECIFIED'),
      trace_metadata: texts,
      tags: texts,
      assessments: z.array(assessmentSchema).default([]),
    }),
  }),
});

export const getTrace = z.object({ trace_id: traceId, allow_partial: optionalFlag });
export const batchGet = z.object({
  trace_ids: textList.pipe(z.array(z.string()).min(1)),
  experiment_ids: textList.optional(),
});

const maxPageSize = 500;
export const searchTraces = z.object({
  locations: z.array(location),
  filter: optionalText,
  max_results: pageSize(100, maxPageSize),
  order_by: textList,
  page_token: optionalText,
});
export const searchTracesV2 = z.object({
  experiment_ids: textList.pipe(z.array(z.string()).min(1)),
  filter: optionalText,
  max_results: pageSize(100, maxPageSize),
  order_by: textList,
  page_token: optionalText,
});

export const deleteTraces = z.object({
  experiment_id: text,
  max_timestamp_millis: optionalInteger,
  max_traces: optionalInteger,
  request_ids: textList,
});

export const setTag = z.object({
  key: text,
  value: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
});
export const tagKey = z.object({ key: text });

export const linkToRun = z.object({ trace_ids: z.array(traceId).min(1), run_id: text });
export const linkPrompts = z.object({
  trace_id: traceId,
  prompt_versions: z
    .array(z.object({ name: text, version: z.union([z.string(), z.number()]).transform(String) }))
    .min(1),
});

export const correlate = z.object({
  experiment_ids: z.array(z.string()).min(1),
  filter_string1: text,
  filter_string2: text,
  base_filter: optionalText,
});

export const createAssessment = z.object({ assessment: assessmentSchema });

/** A field mask is one text in protobuf's JSON, in either style of names. */
const fieldMask = z
  .union([z.string(), z.object({ paths: z.array(z.string()) }).transform(({ paths }) => paths.join(','))])
  .transform((mask) =>
    mask
      .split(',')
      .map((path) => path.trim().replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
      .filter((path): path is UpdatableField => updatableFields.some((field) => field === path)),
  );
export const updateAssessment = z.object({ assessment: assessmentSchema, update_mask: fieldMask });

export const startTraceV2 = z.object({
  experiment_id: text,
  timestamp_ms: momentMs,
  request_metadata: tagList,
  tags: tagList,
});
const statuses = ['TRACE_STATUS_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS'] as const;
export const endTraceV2 = z.object({
  timestamp_ms: momentMs,
  status: z.enum(statuses).default('TRACE_STATUS_UNSPECIFIED'),
  request_metadata: tagList,
  tags: tagList,
});
