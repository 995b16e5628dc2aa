import { parseExpression } from '../expressions/parse-expression.ts';
import type { Expression } from '../expressions/expression.ts';
import {
  columnTypes,
  keyEncodings,
  partitioners,
  timeUnits,
  type ColumnType,
  type EntityDefinition,
  type SourceDefinition,
  entityTypes,
} from './definition.ts';
import { columnPattern, ObjectReader } from './object-reader.ts';
import { parseChanges } from './parse-changes.ts';

const reservedColumns = new Set([
  '_topic',
  '_id',
  '_generation',
  '_partition',
  '_offset',
  '_timestamp',
  '_event_time',
  '_entity',
  '_deleted',
  '_available_at',
]);

/** Whether the platform's own columns of a source's table have this name. */
export function isReservedColumn(name: string): boolean {
  return reservedColumns.has(name);
}

const defaultAllowedLateness = '10m';
const defaultMaxFuture = '1h';

export function parseSource(reader: ObjectReader): SourceDefinition {
  const name = reader.required('name', reader.name('name'), '');
  const topic = reader.required('topic', reader.text('topic'), '');
  const description = reader.text('description');
  const id = reader.column('id');
  const eventTime = parseTime(reader, 'eventTime', reader.required('eventTime', reader.raw('eventTime'), {}));
  const availableAt = reader.has('availableAt')
    ? parseTime(reader, 'availableAt', reader.raw('availableAt'))
    : undefined;
  const entity = reader.column('entity');
  const partitioner = reader.raw('partitioner') === null ? null : (reader.oneOf('partitioner', partitioners) ?? null);
  if (partitioner !== null && entity === undefined) {
    reader.fault('partitioner', 'needs "entity", the column that the topic is keyed by');
  }
  const cdc = reader.has('cdc') ? parseChanges(reader, { entity, partitioner }) : undefined;
  const columns = reader.has('columns') ? parseColumns(reader) : undefined;
  const derived = reader.has('derived') ? parseDerived(reader) : undefined;
  return {
    kind: 'source',
    name,
    topic,
    ...(description === undefined ? {} : { description }),
    ...(id === undefined ? {} : { id }),
    eventTime,
    ...(availableAt === undefined ? {} : { availableAt }),
    ...(cdc === undefined ? {} : { cdc }),
    ...(entity === undefined ? {} : { entity }),
    partitioner,
    keyEncoding: reader.oneOf('keyEncoding', keyEncodings) ?? 'string',
    allowedLateness: reader.duration('allowedLateness', 'zero-or-more') ?? defaultAllowedLateness,
    maxFuture: reader.duration('maxFuture', 'zero-or-more') ?? defaultMaxFuture,
    ...(columns === undefined ? {} : { columns }),
    ...(derived === undefined ? {} : { derived }),
  };
}

function parseTime(reader: ObjectReader, member: string, value: unknown): SourceDefinition['eventTime'] {
  const time = new ObjectReader(value, reader.at(member), reader.faults);
  const column = time.required('column', time.column('column'), '');
  const unit = time.required('unit', time.oneOf('unit', timeUnits), 'ms');
  time.close();
  return { column, unit };
}

function parseColumns(reader: ObjectReader): Record<string, ColumnType> {
  const members = new ObjectReader(reader.raw('columns'), reader.at('columns'), reader.faults);
  const names = Object.keys((reader.raw('columns') as object | null) ?? {});
  const columns: Record<string, ColumnType> = {};
  for (const name of names) {
    checkColumnName(members, name);
    columns[name] = members.oneOf(name, columnTypes) ?? 'string';
  }
  if (names.length === 0) reader.fault('columns', 'must name at least one column, or be left out');
  return columns;
}

function parseDerived(reader: ObjectReader): Record<string, Expression> {
  const members = new ObjectReader(reader.raw('derived'), reader.at('derived'), reader.faults);
  const derived: Record<string, Expression> = {};
  for (const name of Object.keys((reader.raw('derived') as object | null) ?? {})) {
    checkColumnName(members, name);
    derived[name] = parseExpression(members.raw(name), members.at(name), reader.faults);
  }
  return derived;
}

function checkColumnName(members: ObjectReader, name: string): void {
  if (!columnPattern.test(name)) members.fault(name, 'is not the name of a column');
  if (isReservedColumn(name)) members.fault(name, 'is a name that the platform uses itself');
}

export function parseEntity(reader: ObjectReader): EntityDefinition {
  const description = reader.text('description');
  return {
    kind: 'entity',
    name: reader.required('name', reader.name('name'), ''),
    ...(description === undefined ? {} : { description }),
    key: reader.required('key', reader.column('key'), ''),
    type: reader.required('type', reader.oneOf('type', entityTypes), 'string'),
  };
}
