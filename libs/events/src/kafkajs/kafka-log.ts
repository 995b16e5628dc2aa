import type { LogEntry } from 'kafkajs';
import type { EventsLog } from '../events-config.ts';

/** kafkajs reports at ERROR what happens in every deployment; these are the ordinary turns of a group and a connection. */
const ordinary = [
  'REBALANCE_IN_PROGRESS',
  'The group is rebalancing',
  'group is rebalancing',
  'UNKNOWN_MEMBER_ID',
  'The coordinator is not aware of this member',
  'ILLEGAL_GENERATION',
  'Specified group generation id is not valid',
  'MEMBER_ID_REQUIRED',
  'NOT_COORDINATOR',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'The coordinator is loading',
];

/** Outages: kafkajs retries them itself, what finally escapes is logged by its caller. */
const outages = ['Connection error', 'Connection timeout', 'Closed connection', 'Failed to connect', 'ECONNREFUSED'];

const repeatAfterMs = 10_000;

/** A kafkajs log creator that writes event names and fields, at the level a person would give them. */
export function kafkaLogCreator(log: EventsLog): () => (entry: LogEntry) => void {
  const lastAtMs = new Map<string, number>();
  /** An outage is retried many times a second: it is said once in a while. */
  const isNews = (text: string, timestamp: string): boolean => {
    const atMs = Date.parse(timestamp);
    if (atMs - (lastAtMs.get(text) ?? 0) < repeatAfterMs) return false;
    if (lastAtMs.size > 1000) lastAtMs.clear();
    lastAtMs.set(text, atMs);
    return true;
  };
  return () => (entry) => {
    const { message, timestamp, logger: _, stack: __, ...fields } = entry.log;
    const record = { source: entry.namespace, message, ...fields };
    const error = typeof fields['error'] === 'string' ? fields['error'] : '';
    const says = (phrase: string): boolean => message.includes(phrase) || error.includes(phrase);
    if (entry.label === 'DEBUG' || entry.label === 'INFO' || says('Limiting retries'))
      log.debug('kafka.client', record);
    else if (ordinary.some(says)) log.info('kafka.group-changed', record);
    else if (!isNews(`${entry.namespace} ${message} ${error}`, timestamp)) log.debug('kafka.client', record);
    else if (outages.some(says)) log.warn('kafka.unreachable', record);
    else log.warn('kafka.client', record);
  };
}
