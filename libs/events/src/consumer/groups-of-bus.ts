import type { EventBus } from '../event-bus.ts';

const groupsByBus = new WeakMap<EventBus, Set<string>>();

/** The groups that this process has a member of, by the connections that the member uses. */
export function groupsOf(bus: EventBus): Set<string> {
  const groups = groupsByBus.get(bus) ?? new Set();
  groupsByBus.set(bus, groups);
  return groups;
}
