/**
 * The finite values of a sample, in order. NaN and both infinities are dropped from each side by itself, as Evidently does before
 * every test; a missing feature is a NaN in a vector, so this is also what drops missing values.
 */
export function finiteValues(sample: ArrayLike<number>): Float64Array {
  const kept = new Float64Array(sample.length);
  let count = 0;
  for (let i = 0; i < sample.length; i += 1) {
    const value = sample[i] ?? Number.NaN;
    if (Number.isFinite(value)) kept[count++] = value;
  }
  return kept.subarray(0, count);
}
