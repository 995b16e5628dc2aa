/**
 * At most `count` of the items, one from each of `count` parts of nearly equal size, the first and the last always among them:
 * how MLflow thins a metric out. With a count of one it is the last.
 */
export function samplePoints<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  const size = Math.floor(items.length / count);
  const longer = items.length % count;
  const sample = Array.from({ length: count }, (_, part) => items[part * size + Math.min(part, longer)]);
  sample[count - 1] = items.at(-1);
  return sample.filter((item) => item !== undefined);
}
