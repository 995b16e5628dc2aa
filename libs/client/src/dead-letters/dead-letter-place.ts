import type { DeadLetter, DeadLetterQuery } from '@millrace/events';
import { ClientError } from '../client-error.ts';

/** `topic/partition/offset` of the record that was given up. */
export function placeOf({ topic, partition, offset }: Pick<DeadLetter, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}/${partition}/${offset}`;
}

/** Also `partition/offset`, or the offset alone: a group mostly reads one topic. */
export function parsePlace(text: string): Pick<DeadLetterQuery, 'topic' | 'partition' | 'offset'> {
  const [, topic, partition, offset] = /^(?:(?:(.+)\/)?(\d+)\/)?(\d+)$/.exec(text) ?? [];
  if (offset === undefined) {
    throw new ClientError(
      'CLIENT_PLACE_INVALID',
      `"${text}" is no place: give TOPIC/PARTITION/OFFSET, as "dead-letters list" does`,
    );
  }
  return {
    ...(topic !== undefined && { topic }),
    ...(partition !== undefined && { partition: Number(partition) }),
    offset: Number(offset),
  };
}
