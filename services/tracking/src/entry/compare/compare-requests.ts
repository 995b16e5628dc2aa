import { z } from 'zod';
import { maxComparedRuns, type ComparisonRequest } from '../../flow/compare/compare-runs.ts';

const id = z.string().regex(/^[\w-]{1,256}$/, 'is not a run id: 1 to 256 letters, digits, _ and -');
const fields = {
  run_ids: z
    .array(id)
    .min(1, 'names no run')
    .max(maxComparedRuns, `names more than ${maxComparedRuns} runs`)
    .transform((ids) => [...new Set(ids)]),
  histories: z
    .array(z.string().min(1).max(250))
    .max(20, 'names more than 20 metrics')
    .default([])
    .transform((keys) => [...new Set(keys)]),
};
const points = (number: z.ZodNumber | z.ZodCoercedNumber) => number.int().min(4).max(2000).default(200);
export const comparisonBody = z.strictObject({ ...fields, points: points(z.number()) });
const listed = (value: unknown): unknown => (typeof value === 'string' ? [value] : value);
/** What a comparison says of its runs beside their latest values. */
export const shownQuery = z.object({
  histories: z.preprocess(listed, fields.histories),
  points: points(z.coerce.number()),
});
export const comparisonQuery = shownQuery.extend({ run_ids: z.preprocess(listed, fields.run_ids) });

export function comparisonRequest({
  run_ids: runIds,
  histories,
  points: count,
}: z.output<typeof comparisonBody>): ComparisonRequest {
  return { runIds, histories, points: count };
}
