import { listDeadLetters, type DeadLetter, type DeadLetterQuery, type EventBus } from '@millrace/events';
import { topicFamilies, topicOfFamily } from '@millrace/schemas';
import { ClientError } from '../client-error.ts';

const suffix = '.dead-letters';

/** Groups of this installation that have a dead-letter topic, by name. */
export async function deadLetterGroups(bus: EventBus): Promise<string[]> {
  const prefix = bus.topics.name('');
  const names = (await bus.topics.list()).filter((name) => name.startsWith(prefix) && name.endsWith(suffix));
  return names.map((name) => name.slice(prefix.length, -suffix.length)).sort();
}

/** Dead letters of a group; a group that has none at all is an error that names those that have. */
export async function deadLettersOf(bus: EventBus, query: DeadLetterQuery): Promise<DeadLetter[]> {
  const { name } = topicOfFamily(topicFamilies['{group}.dead-letters'], query.group);
  if ((await bus.topics.list()).includes(bus.topics.name(name))) return listDeadLetters(bus, query);
  const groups = await deadLetterGroups(bus);
  throw new ClientError(
    'CLIENT_GROUP_UNKNOWN',
    `there is no group "${query.group}" with dead letters: ${groups.length === 0 ? 'no group has any' : `there are ${groups.join(', ')}`}`,
  );
}
