import type { ChangeCapture, ChangeOperations, PartitionerName } from './definition.ts';
import { quote } from './faults.ts';
import { columnPattern, ObjectReader } from './object-reader.ts';

const mostKeyColumns = 8;

/** The values that Debezium writes: created, read by a snapshot, updated, deleted. */
const usualOperations = { insert: ['c', 'r'], update: ['u'], delete: ['d'] } as const;
type Operation = keyof typeof usualOperations;

/** Reads `cdc` of a source; `keyed` is what it says of how its topic is partitioned. */
export function parseChanges(
  source: ObjectReader,
  { entity, partitioner }: { readonly entity: string | undefined; readonly partitioner: PartitionerName | null },
): ChangeCapture {
  const reader = new ObjectReader(source.raw('cdc'), source.at('cdc'), source.faults);
  const key = reader.required('key', columnsOf(reader), []);
  if (entity === undefined || partitioner === null) {
    reader.fault(
      'key',
      'must lie in one partition, earlier records of it are not found elsewhere: give the source "entity", the column of the key that its topic is keyed by, and "partitioner"',
    );
  } else if (key.length > 0 && !key.includes(entity)) {
    reader.fault(
      'key',
      `must lie in one partition: it has to hold ${entity}, the column that the topic is keyed by, and has ${key.join(', ')}`,
    );
  }
  const op = reader.has('op') ? parseOperations(reader) : undefined;
  reader.close();
  return { key, ...(op === undefined ? {} : { op }) };
}

function columnsOf(reader: ObjectReader): string[] | undefined {
  const given = reader.list('key');
  if (given === undefined) return undefined;
  const columns = given.filter((name): name is string => typeof name === 'string' && columnPattern.test(name));
  const repeated = new Set(columns).size < columns.length;
  if (columns.length === given.length && given.length > 0 && given.length <= mostKeyColumns && !repeated)
    return columns;
  return reader.fault('key', `must be a list of 1 to ${mostKeyColumns} different columns, not ${quote(given)}`);
}

function parseOperations(reader: ObjectReader): ChangeOperations {
  const op = new ObjectReader(reader.raw('op'), reader.at('op'), reader.faults);
  const operations = {
    column: op.required('column', op.column('column'), ''),
    insert: valuesOf(op, 'insert'),
    update: valuesOf(op, 'update'),
    delete: valuesOf(op, 'delete'),
  };
  op.close();
  const all = [...operations.insert, ...operations.update, ...operations.delete];
  const twice = all.find((value, index) => all.indexOf(value) !== index);
  if (twice !== undefined) reader.fault('op', `gives ${quote(twice)} two meanings: a value says one thing`);
  return operations;
}

function valuesOf(op: ObjectReader, operation: Operation): readonly string[] {
  const given = op.list(operation);
  if (given === undefined) return usualOperations[operation];
  const values = given.filter((value): value is string => typeof value === 'string' && value !== '');
  if (values.length === given.length) return values;
  op.fault(operation, `must be a list of texts, not ${quote(given)}`);
  return [];
}
