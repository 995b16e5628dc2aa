import type { PartitionerName } from '@millrace/events';
import type { SourceDefinition } from '@millrace/feature-engine';
import { ClientError } from '../client-error.ts';
import { legalName } from './field-names.ts';

/** What decides where an event lies. */
export interface Placing {
  readonly partitioner: PartitionerName;
  readonly keyEncoding: SourceDefinition['keyEncoding'];
  /** Field that a source declares as the key of the topic. */
  readonly declaredKey: string | null;
}

export interface WantedPlacing {
  readonly topic: string;
  readonly keyColumn?: string;
  readonly partitioner?: PartitionerName;
}

/**
 * The placing that the sources of the topic declare, else the one that is asked for. A source that declares its entity and partitioner is
 * trusted by the features service: events that lie elsewhere would be counted in another partition's windows, so a wish that
 * contradicts it is refused.
 */
export function placingOf(wanted: WantedPlacing, sources: readonly SourceDefinition[]): Placing {
  const { topic, keyColumn } = wanted;
  let placing: Placing = { partitioner: wanted.partitioner ?? 'murmur2', keyEncoding: 'string', declaredKey: null };
  for (const { name, entity, partitioner, keyEncoding, derived = {}, ...source } of sources) {
    if (source.topic !== topic || entity === undefined || partitioner === null) continue;
    // The producer of such a topic computes the key; a file has no column of it.
    if (Object.hasOwn(derived, entity)) continue;
    if (keyColumn !== undefined && legalName(keyColumn) !== entity)
      throw contradicted(
        `source "${name}" declares that topic "${topic}" is keyed by "${entity}"`,
        `--key ${keyColumn}`,
      );
    if (wanted.partitioner !== undefined && wanted.partitioner !== partitioner)
      throw contradicted(
        `source "${name}" declares that keys of topic "${topic}" are placed by ${partitioner}`,
        `--partitioner ${wanted.partitioner}`,
      );
    placing = { partitioner, keyEncoding, declaredKey: entity };
  }
  return placing;
}

function contradicted(declared: string, said: string): ClientError {
  return new ClientError('CLIENT_SOURCE_CONTRADICTED', `${declared}: leave out ${said}, or publish to another topic`);
}
