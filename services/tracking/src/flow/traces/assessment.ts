import { invalidParameter } from '@millrace/mlflow-protocol';
import { z } from 'zod';

const optionalText = z
  .string()
  .nullish()
  .transform((value) => (value === null || value === '' ? undefined : value));
const errorSchema = z.object({ error_code: optionalText, error_message: optionalText, stack_trace: optionalText });
/** Protobuf's JSON of an absent message is null or nothing. */
const optional = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? undefined);

const feedbackSchema = z.object({ value: z.unknown().optional(), error: optional(errorSchema) });
const jsonFormat = 'JSON_FORMAT';
/** Texts, numbers and truths are told as they are, lists and objects as JSON text, whichever way they were sent. */
const expectationSchema = z
  .object({
    value: z.unknown().optional(),
    serialized_value: optional(z.object({ serialization_format: z.literal(jsonFormat), value: z.string() })),
  })
  .transform(({ value, serialized_value: serialized }) => {
    if (serialized !== undefined) return plainValue(serialized.value) ?? { serialized_value: serialized };
    if (typeof value !== 'object' || value === null) return { value };
    return { serialized_value: { serialization_format: jsonFormat, value: JSON.stringify(value) } };
  });

/** Undefined for lists and objects, and for what only Python takes for JSON, such as NaN. */
function plainValue(json: string): { readonly value: unknown } | undefined {
  if (/^\s*[[{]/.test(json)) return undefined;
  try {
    return { value: JSON.parse(json) as unknown };
  } catch {
    return undefined;
  }
}

const sourceTypes = ['SOURCE_TYPE_UNSPECIFIED', 'HUMAN', 'LLM_JUDGE', 'CODE'] as const;

/** An assessment in MLflow's JSON, as a client sends it: ids and times may be absent. */
export const assessmentSchema = z.object({
  assessment_id: optionalText,
  assessment_name: z.string().default(''),
  span_id: optionalText,
  source: optional(
    z.object({
      source_type: z.enum(sourceTypes).default('SOURCE_TYPE_UNSPECIFIED'),
      source_id: z.string().default(''),
    }),
  ),
  create_time: optional(z.iso.datetime({ offset: true })),
  last_update_time: optional(z.iso.datetime({ offset: true })),
  feedback: optional(feedbackSchema),
  expectation: optional(expectationSchema),
  issue: optional(z.object({ issue_name: z.string().min(1) })),
  rationale: optionalText,
  error: optional(errorSchema),
  metadata: optional(z.record(z.string(), z.coerce.string())),
  overrides: optionalText,
  valid: optional(z.boolean()),
});
export type SentAssessment = z.output<typeof assessmentSchema>;

/** As it is kept, and as clients get it. */
export interface Assessment extends Omit<SentAssessment, 'error'> {
  readonly assessment_id: string;
  readonly trace_id: string;
  readonly source: NonNullable<SentAssessment['source']>;
  readonly create_time: string;
  readonly last_update_time: string;
  readonly valid: boolean;
}

export const updatableFields = [
  'assessment_name',
  'expectation',
  'feedback',
  'rationale',
  'metadata',
  'valid',
] as const;
export type UpdatableField = (typeof updatableFields)[number];

/** A new assessment: of feedback, expectation and issue it is exactly one. */
export function newAssessment(
  sent: SentAssessment,
  { traceId, id, nowMs }: { readonly traceId: string; readonly id: string; readonly nowMs: number },
): Assessment {
  const { error, ...rest } = sent;
  const kinds = [sent.feedback, sent.expectation, sent.issue].filter((kind) => kind !== undefined);
  if (kinds.length !== 1)
    throw invalidParameter('Exactly one of `expectation`, `feedback`, or `issue` should be specified.');
  if (error !== undefined && sent.feedback === undefined)
    throw invalidParameter('Cannot set `error` when `feedback` is not specified.');
  if (sent.source === undefined) throw invalidParameter("Missing value for required parameter 'assessment.source'.");
  const now = new Date(nowMs).toISOString();
  return {
    ...rest,
    ...(error !== undefined && { feedback: { ...sent.feedback, value: sent.feedback?.value, error } }),
    source: sent.source,
    assessment_id: sent.assessment_id ?? id,
    trace_id: traceId,
    create_time: sent.create_time ?? now,
    last_update_time: sent.last_update_time ?? now,
    valid: sent.valid ?? true,
  };
}

/** What of it a client wants changed; its source and span stay. */
export function updatedAssessment(
  held: Assessment,
  {
    sent,
    fields,
    nowMs,
  }: { readonly sent: SentAssessment; readonly fields: readonly UpdatableField[]; readonly nowMs: number },
): Assessment {
  if (fields.includes('expectation') && fields.includes('feedback'))
    throw invalidParameter('Cannot specify both `expectation` and `feedback` parameters.');
  if (fields.includes('expectation') && held.expectation === undefined)
    throw invalidParameter('Cannot update expectation value on a Feedback assessment.');
  if (fields.includes('feedback') && held.feedback === undefined)
    throw invalidParameter('Cannot update feedback value on an Expectation assessment.');
  const changed = Object.fromEntries(
    fields.flatMap((field) => (sent[field] === undefined ? [] : [[field, sent[field]]])),
  ) as Partial<Assessment>;
  const metadata = fields.includes('metadata') ? { ...held.metadata, ...sent.metadata } : held.metadata;
  return { ...held, ...changed, metadata, last_update_time: new Date(nowMs).toISOString() };
}
