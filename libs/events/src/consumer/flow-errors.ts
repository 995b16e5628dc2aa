import { EventsError } from '../errors.ts';

/**
 * Thrown by a handler whose own store stands elsewhere than the consumer thinks: another epoch wrote, or the store came
 * back with less than it had acknowledged. The partition is assigned again from its fence, if it is still ours.
 */
export class StartOverError extends Error {
  override readonly name: string = 'StartOverError';
}

/** Thrown by a handler when the source must not go on until a person has looked; nothing is dead-lettered. */
export class StopSourceError extends EventsError {
  override readonly name: string = 'StopSourceError';
}

/** Inside the consumer: the partition is being given up, the batch in hand is neither done nor failed. */
export class GivenUp extends Error {
  override readonly name: string = 'GivenUp';
}

export function missingTopic(topic: string): EventsError {
  return new EventsError('EVENTS_SOURCE_MISSING', `topic "${topic}" is gone: the consumer goes on when it is back`);
}
