import type { EventBus } from '@millrace/events';
import { topicFamilies, topics } from '@millrace/schemas';
import { ClientError } from '../client-error.ts';

const listed = 10;

/** The broker's name of a topic: those of ours carry the installation's prefix, a user's own do not. */
export async function findTopic(bus: EventBus, name: string): Promise<string> {
  const present = new Set(await bus.topics.list());
  const prefixed = bus.topics.name(name);
  const found = (isOurs(name) ? [prefixed, name] : [name, prefixed]).find((candidate) => present.has(candidate));
  if (found !== undefined) return found;
  const near = [...present].filter((candidate) => isNear(candidate, name)).sort();
  const known = near.length > 0 ? `did you mean ${near.slice(0, listed).join(', ')}?` : 'no topic has a name like it';
  throw new ClientError('CLIENT_TOPIC_UNKNOWN', `there is no topic "${name}": ${known}`);
}

const families = Object.values(topicFamilies).map(
  ({ name }) => new RegExp(`^${name.replaceAll('.', '\\.').replace(/\{[^}]+\}/, '.+')}$`),
);

function isOurs(name: string): boolean {
  return Object.hasOwn(topics, name) || families.some((family) => family.test(name));
}

/** Shares a word of some length, or differs in a letter or two. */
function isNear(candidate: string, name: string): boolean {
  const [a, b] = [candidate.toLowerCase(), name.toLowerCase()];
  if (a.includes(b) || b.includes(a)) return true;
  return editDistance(a, b) <= 2;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
