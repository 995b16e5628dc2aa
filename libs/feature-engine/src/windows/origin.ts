/** More offsets than a partition ever has, and room for 8,192 partitions in the whole numbers of a double. */
const offsetsOfPartition = 2 ** 40;

/** The place of an event in its source as one number, by which it is found again in the states of rekeyed views. */
export function originOf({ partition, offset }: { readonly partition: number; readonly offset: number }): number {
  return partition * offsetsOfPartition + offset;
}

/** Under which lane the log of a view, known by its own, has what takes its events back: a record may do both. */
export function retractionLane(lane: string): string {
  return `${lane}#r`;
}
