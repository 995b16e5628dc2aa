import {
  scanDeadLetters,
  type DeadLetter,
  type DeadLetterQuery,
  type EventBus,
  type LetterSummary,
} from '@millrace/events';
import { topicFamilies, topicOfFamily } from '@millrace/schemas';
import { ClientError } from '../client-error.ts';

const suffix = '.dead-letters';

/** Groups of this installation that have a dead-letter topic, by name. */
export async function deadLetterGroups(bus: EventBus): Promise<string[]> {
  const prefix = bus.topics.name('');
  const names = (await bus.topics.list()).filter((name) => name.startsWith(prefix) && name.endsWith(suffix));
  return names.map((name) => name.slice(prefix.length, -suffix.length)).sort();
}

/** Dead letters of a group, as they are read. */
export async function* deadLettersOf(bus: EventBus, query: DeadLetterQuery): AsyncGenerator<DeadLetter> {
  await requireGroup(bus, query.group);
  yield* scanDeadLetters(bus, query);
}

/** A group that has no dead letters at all is an error that names those that have. */
export async function requireGroup(bus: EventBus, group: string): Promise<void> {
  const { name } = topicOfFamily(topicFamilies['{group}.dead-letters'], group);
  if ((await bus.topics.list()).includes(bus.topics.name(name))) return;
  const groups = await deadLetterGroups(bus);
  throw new ClientError(
    'CLIENT_GROUP_UNKNOWN',
    `there is no group "${group}" with dead letters: ${groups.length === 0 ? 'no group has any' : `there are ${groups.join(', ')}`}`,
  );
}

export interface LetterCounts {
  readonly letters: number;
  readonly pending: number;
  readonly reasons: ReadonlyMap<string, number>;
}

/** Counts without keeping the letters, of which there may be more than fit into memory. */
export async function countLetters(letters: AsyncIterable<LetterSummary>): Promise<LetterCounts> {
  const reasons = new Map<string, number>();
  let [all, pending] = [0, 0];
  for await (const { reason, replayedAtMs } of letters) {
    all += 1;
    if (replayedAtMs === null) pending += 1;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return { letters: all, pending, reasons };
}
