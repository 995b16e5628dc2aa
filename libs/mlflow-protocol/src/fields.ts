import { z } from 'zod';

/** A required text: an empty one counts as missing, as it does for MLflow. */
export const text = z.string().min(1);
/** A text that may be absent; null counts as absent. */
export const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

/** A 64-bit integer, as a JSON number or as decimal text (protobuf writes those, and so do query strings). */
export const integer = z
  .union([z.number(), z.string().regex(/^[+-]?\d{1,19}$/)])
  .transform(Number)
  .pipe(z.number().int());
export const optionalInteger = integer.nullish().transform((value) => value ?? undefined);
export const timestampMs = integer.pipe(z.number().min(0));

const largest = Number.MAX_VALUE;
const named: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  infinity: largest,
  '+infinity': largest,
  inf: largest,
  '-infinity': -largest,
  '-inf': -largest,
};

/** A metric's value: NaN is kept, infinities become the largest double, `true` is 1; text only for what JSON cannot say. */
export const metricValue = z.union([z.number(), z.boolean(), z.string()]).transform((value, context): number => {
  if (typeof value !== 'string') return Math.min(Math.max(Number(value), -largest), largest);
  const number = named[value.trim().toLowerCase()] ?? (value.trim() === '' ? Number.NaN : Number(value));
  const meansNaN = value.trim().toLowerCase() === 'nan';
  if (Number.isNaN(number) && !meansNaN) {
    context.addIssue({ code: 'custom', message: 'it must be a number' });
    return z.NEVER;
  }
  return Math.min(Math.max(number, -largest), largest);
});

/** A flag of a query string or of JSON. */
export const optionalFlag = z
  .union([z.boolean(), z.enum(['true', 'false', 'True', 'False'])])
  .nullish()
  .transform((value) => (value === null || value === undefined ? undefined : String(value).toLowerCase() === 'true'));

/** A repeated query parameter or a JSON list; one value alone is a list of one. */
export const textList = z
  .union([z.array(z.string()), z.string().transform((one) => [one])])
  .nullish()
  .transform((value) => value ?? []);

export const tagEntry = z.object({
  key: text,
  value: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
});
export const tagList = z
  .array(tagEntry)
  .nullish()
  .transform((value) => value ?? []);

/** How many to a page: absent is the default, beyond the bounds is refused in MLflow's words. */
export function pageSize(fallback: number, max: number) {
  return integer
    .nullish()
    .transform((value) => value ?? fallback)
    .pipe(z.number().int().min(1, `it must be positive`).max(max, `it must be at most ${max}`));
}

/** A number as MLflow's JSON says it: NaN is a string. */
export function jsonNumber(value: number): number | string {
  return Number.isNaN(value) ? 'NaN' : value;
}
