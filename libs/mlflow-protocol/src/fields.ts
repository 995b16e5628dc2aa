import { z } from 'zod';

/** A required text: an empty one counts as missing, as it does for MLflow. */
export const text = z.string().min(1);
/** A text that may be absent; null counts as absent. */
export const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

/**
 * An integer, as a JSON number or as decimal text (protobuf writes those, and so do query strings). Of MLflow's 64 bits
 * the numbers beyond 2^53 are refused: what JSON makes of them here is another number.
 */
export const integer = z
  .union([z.number(), z.string().regex(/^[+-]?\d{1,19}$/)])
  .transform((value, context): number => {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    context.addIssue({
      code: 'custom',
      message: `it must be an integer between ${Number.MIN_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER}`,
    });
    return z.NEVER;
  });
export const optionalInteger = integer.nullish().transform((value) => value ?? undefined);
export const timestampMs = integer.pipe(z.number().min(0, 'Timestamp must be a nonnegative long (64-bit integer)'));

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

/** One of the names of an enumeration, or its number: protobuf's JSON takes both, and counts from one. */
export function protoEnum<const N extends readonly [string, ...string[]]>(names: N) {
  const numbers = names.map((_, index) => String(index + 1));
  return z.union([
    z.enum(names),
    z
      .union([z.number(), z.string()])
      .transform(String)
      .pipe(z.enum(numbers))
      .transform((number): N[number] => names[Number(number) - 1] ?? names[0]),
  ]);
}

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
    .pipe(z.number().int().min(1, 'It must be a positive integer').max(max, `It must be at most ${max}`));
}

/** A number as MLflow's JSON says it: NaN is a string. */
export function jsonNumber(value: number): number | string {
  return Number.isNaN(value) ? 'NaN' : value;
}
