/**
 * Buckets of a DDSketch (C. Masson, J. E. Rim, H. K. Lee, "DDSketch", VLDB 2019) with the linearly interpolated mapping: each
 * power of two is divided into k equal buckets, whose middles lie within 1 / 2k of all their values. A logarithm would need
 * 0.7 times as many, but JavaScript's and ClickHouse's differ in the last digit, and so would the buckets at their borders;
 * here the only rounding is that of one product, which both do alike.
 *
 * Bucket numbers order values: negative ones for negative values, 0 for what is nearer to 0 than 2^-40 (9e-13), and beyond
 * 2^64 (1.8e19) everything is in the outermost.
 */
const lowestExponent = -40;
const exponents = 104;

export function bucketsPerOctave(accuracy: number): number {
  return Math.ceil(1 / (2 * accuracy));
}

/** Buckets on one side of 0. */
export function bucketsPerSide(perOctave: number): number {
  return exponents * perOctave;
}

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
/** Index of the half that holds the exponent: the second on the little-endian machines that we run on. */
const upper = 1;

export function bucketOf(value: number, perOctave: number): number {
  double[0] = Math.abs(value);
  const head = halves[upper] ?? 0;
  const octave = (head >>> 20) - 1_023 - lowestExponent;
  if (octave < 0) return 0;
  // The fraction alone, as a number of [1, 2).
  halves[upper] = (head & 0x000f_ffff) | 0x3ff0_0000;
  const step = Math.floor(((double[0] ?? 1) - 1) * perOctave);
  const bucket = octave >= exponents ? bucketsPerSide(perOctave) : 1 + octave * perOctave + step;
  return value < 0 ? -bucket : bucket;
}

/** The middle of a bucket. */
export function middleOf(bucket: number, perOctave: number): number {
  if (bucket === 0) return 0;
  const place = Math.abs(bucket) - 1;
  const octave = Math.floor(place / perOctave);
  const middle = ((2 * (perOctave + (place % perOctave)) + 1) / (2 * perOctave)) * 2 ** (octave + lowestExponent);
  return bucket < 0 ? -middle : middle;
}

/** SQL of (buckets, counts), sorted by bucket, of values (Float64) where a condition holds. */
export function bucketsSql(value: string, perOctave: number, holds: string): string {
  const bits = `reinterpretAsUInt64(${value})`;
  const octave = `(toInt32(bitAnd(bitShiftRight(${bits}, 52), 2047)) - ${1_023 + lowestExponent})`;
  const fraction = `reinterpretAsFloat64(bitOr(bitAnd(${bits}, 4503599627370495), 4607182418800017408))`;
  const inside = `1 + ${octave} * ${perOctave} + toInt32(floor((${fraction} - 1) * ${perOctave}))`;
  const bucket = `multiIf(${octave} < 0, 0, ${octave} >= ${exponents}, ${bucketsPerSide(perOctave)}, ${inside})`;
  return `sumMapIf([toInt32(if(${value} < 0, -1, 1) * ${bucket})], [toUInt64(1)], ${holds})`;
}

/** SQL of the middle of a bucket. */
export function middleSql(bucket: string, perOctave: number): string {
  const place = `(abs(${bucket}) - 1)`;
  const scale = `exp2(intDiv(${place}, ${perOctave}) + ${lowestExponent})`;
  const middle = `((2 * (${perOctave} + ${place} % ${perOctave}) + 1) / ${2 * perOctave}) * ${scale}`;
  return `if(${bucket} = 0, 0., sign(${bucket}) * ${middle})`;
}
