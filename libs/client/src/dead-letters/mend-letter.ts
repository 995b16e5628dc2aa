import { partitioners, type DeadLetter, type EventBus, type Mended } from '@millrace/events';
import { encodeEntityKey, readKey, type SourceDefinition } from '@millrace/feature-engine';
import { subjectOf } from '@millrace/schemas';
import { ClientError } from '../client-error.ts';
import type { FileRow } from '../files/file-row.ts';
import { HttpProblem, type HttpClient } from '../http-client.ts';
import { SeenColumns } from '../publish/field-names.ts';
import { RowConverter } from '../publish/row-converter.ts';

/** Confluent's header for the schema's id: the mended value carries its own in front. */
const schemaHeader = '__value_schema_id';

/**
 * What takes the place of a dead letter: the value encoded with the newest schema of its topic and, where the letter
 * belongs to a source with a partitioner, the key and partition that the value's entity has.
 */
export async function mendLetter(
  { bus, http }: { readonly bus: EventBus; readonly http: HttpClient },
  letter: DeadLetter,
  value: FileRow,
): Promise<Mended> {
  const subject = subjectOf(letter.topic);
  const registered = await bus.codec.latestWriter<Record<string, unknown>>(subject);
  if (!registered) throw new ClientError('CLIENT_SCHEMA_MISSING', `subject "${subject}" has no schema to encode with`);
  const columns = new SeenColumns();
  columns.see(value);
  const converted = new RowConverter(registered.schema, columns).convert(value);
  const { [schemaHeader]: _, ...headers } = letter.headers;
  const mended = { value: registered.writer.encode(converted), headers };
  const source = await sourceOf(letter, http);
  if (!source?.partitioner || source.entity === undefined) return mended;
  const entity = readKey(converted, source.entity);
  const key = typeof entity === 'string' ? encodeEntityKey(entity, source.keyEncoding) : null;
  if (key === null) {
    throw new ClientError(
      'CLIENT_KEY_INVALID',
      `the mended value has no "${source.entity}", which source "${source.name}" is keyed by`,
    );
  }
  return {
    ...mended,
    key,
    partition: partitioners[source.partitioner](key, await bus.topics.partitions(letter.topic)),
  };
}

/** Group of the features service that reads a source: `features.<source>`, `.b<n>` when it was built anew. */
const featuresGroup = /^features\.(.+?)(?:\.b\d+)?$/;

async function sourceOf({ group }: DeadLetter, http: HttpClient): Promise<SourceDefinition | null> {
  const [, name] = featuresGroup.exec(group) ?? [];
  if (name === undefined) return null;
  try {
    return (await http.get(`/api/v1/sources/${encodeURIComponent(name)}`)) as SourceDefinition;
  } catch (error) {
    if (error instanceof HttpProblem && error.status === 404) return null;
    throw error;
  }
}
