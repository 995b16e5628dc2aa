import { CodedError } from '@millrace/service-kit';

/** Next offset of each partition that is not shown yet; a partition that is not in it is shown from its beginning. */
export type LogPosition = ReadonlyMap<number, number>;

/** `partition/offset` of the last write that was shown, of each partition. */
export function encodePosition(position: LogPosition): string {
  return [...position]
    .filter(([, next]) => next > 0)
    .sort(([a], [b]) => a - b)
    .map(([partition, next]) => `${partition}/${next - 1}`)
    .join(',');
}

/** The position that an id stands for, which must be of these partitions. */
export function decodePosition(id: string, partitions: readonly number[]): LogPosition {
  const position = new Map<number, number>();
  for (const part of id.split(',')) {
    const [, partition, offset] = /^(\d{1,6})\/(\d{1,15})$/.exec(part) ?? [];
    const known = partitions.includes(Number(partition)) && !position.has(Number(partition));
    if (partition === undefined || !known) throw notAPosition(id, 'it is no id that this subscription has sent');
    position.set(Number(partition), Number(offset) + 1);
  }
  return position;
}

export function notAPosition(id: string, why: string): CodedError {
  return new CodedError(
    'TRACKING_EVENT_POSITION_INVALID',
    `cannot go on behind ${JSON.stringify(id.slice(0, 200))}: ${why}. Subscribe without Last-Event-ID to begin with the present state`,
  );
}
