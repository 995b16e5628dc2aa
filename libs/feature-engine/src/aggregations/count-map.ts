/** Adds to the count of a key; one that comes to 0 is dropped, so that equal counts are equal maps. */
export function addCount<K>(counts: Map<K, number>, key: K, count: number): void {
  const total = (counts.get(key) ?? 0) + count;
  if (total === 0) counts.delete(key);
  else counts.set(key, total);
}

/** Adds the counts of another map, or takes them out; changes the first one and gives it back. */
export function mergeCounts<K>(counts: Map<K, number>, others: ReadonlyMap<K, number>, sign: 1 | -1): Map<K, number> {
  for (const [key, count] of others) addCount(counts, key, sign * count);
  return counts;
}
