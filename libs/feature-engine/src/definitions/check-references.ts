import { checkExpression } from '../expressions/check-expression.ts';
import { references } from '../expressions/references.ts';
import {
  versionedName,
  viewLogName,
  type Definitions,
  type EntityDefinition,
  type FeatureViewDefinition,
  type SourceDefinition,
} from './definition.ts';
import { sourceColumnsOf } from './source-columns-of.ts';
import { memberPath, quote, type Faults } from './faults.ts';
import type { PlacedDefinition } from './parse-definitions.ts';

/** Logs and consumer groups are called after views and sources: two must not come out the same. */
export function checkLogNames(
  { path, definition }: PlacedDefinition<SourceDefinition | FeatureViewDefinition>,
  { sources, featureViews }: Definitions,
  faults: Faults,
): void {
  const at = memberPath(path, 'name');
  const views = [...featureViews].map(([id, view]) => ({ id, group: `by-${viewLogName(view)}` }));
  if (definition.kind === 'source') {
    const view = views.find(({ group }) => group === definition.name);
    if (view) faults.add(at, `is what the log of feature view ${view.id} is called: give the source another name`);
    return;
  }
  const own = `by-${viewLogName(definition)}`;
  const other = views.find(({ id, group }) => id !== versionedName(definition) && group === own);
  if (other) faults.add(at, `gives the view the same log, features.${own}, as ${other.id} has: give it another name`);
  if (sources.has(own)) faults.add(at, `gives the view a log that is called like source ${own}: give it another name`);
}

export function checkSource(
  { path, definition }: PlacedDefinition<SourceDefinition>,
  { sources }: Definitions,
  faults: Faults,
): void {
  // With the columns that are known from before.
  const source = sources.get(definition.name) ?? definition;
  const check = (column: string | undefined, at: string) => {
    if (column !== undefined) checkColumn(source, column, { path: memberPath(path, at), faults, of: source.columns });
  };
  check(source.id, 'id');
  check(source.entity, 'entity');
  check(source.eventTime.column === '' ? undefined : source.eventTime.column, 'eventTime.column');
  check(source.availableAt?.column, 'availableAt.column');
  checkDerived(source, path, faults);
  checkTime({ source, member: 'eventTime' }, path, faults);
  checkTime({ source, member: 'availableAt' }, path, faults);
  const { key = [], op } = source.cdc ?? {};
  key.forEach((column, index) => {
    checkKeyColumn({ source, column, entity: undefined }, memberPath(path, `cdc.key[${index}]`), faults);
  });
  check(op?.column, 'cdc.op.column');
  if (op !== undefined && ['double', 'timestamp'].includes(source.columns?.[op.column] ?? ''))
    faults.add(memberPath(path, 'cdc.op.column'), `column ${op.column} is no text, boolean or whole number`);
}

function checkTime(
  { source, member }: { readonly source: SourceDefinition; readonly member: 'eventTime' | 'availableAt' },
  path: string,
  faults: Faults,
): void {
  const { column = '', unit } = source[member] ?? {};
  const type = source.columns?.[column];
  if (type === undefined) return;
  const at = memberPath(path, `${member}.unit`);
  const isText = type === 'string';
  if (isText !== (unit === 'iso8601')) {
    faults.add(at, `${unit} does not fit column ${column}, which is a ${type}`);
  }
  if (type === 'boolean') faults.add(at, `column ${column} is a boolean`);
  if (type === 'timestamp' && unit !== 'ms') {
    faults.add(at, `column ${column} is a timestamp: its unit is ms`);
  }
}

function checkDerived({ name: source, columns, derived = {} }: SourceDefinition, path: string, faults: Faults): void {
  for (const [name, expression] of Object.entries(derived)) {
    const at = memberPath(path, `derived.${name}`);
    if (columns !== undefined && Object.hasOwn(columns, name)) faults.add(at, `source ${source} has a column ${name}`);
    const type = checkExpression(expression, { columns, columnsOf: `source ${source}`, features: null }, at, faults);
    if (type === 'null') faults.add(at, 'is always null');
    if (references(expression).some(({ op }) => op === 'event-time'))
      faults.add(at, 'must not use the event time: it is a matter of the columns alone');
  }
}

interface ColumnCheck {
  readonly of: SourceDefinition['columns'];
  readonly path: string;
  readonly faults: Faults;
}

function checkColumn({ name }: SourceDefinition, column: string, { of, path, faults }: ColumnCheck): void {
  if (column === '' || of === undefined || Object.hasOwn(of, column)) return;
  faults.add(path, `source ${name} has no column ${quote(column)}; it has ${Object.keys(of).join(', ')}`);
}

/** Whole numbers have a text as well: an entity of type string takes them from a source that has its keys as numbers. */
const fittingColumns: Readonly<Record<EntityDefinition['type'], readonly string[]>> = {
  string: ['string', 'int', 'long', 'timestamp'],
  long: ['int', 'long', 'timestamp'],
  int: ['int'],
};

export interface KeyColumn {
  readonly source: SourceDefinition;
  readonly column: string;
  readonly entity: EntityDefinition | undefined;
}

/** A key may not be a fraction or a truth value, and is what its entity says. */
export function checkKeyColumn({ source, column, entity }: KeyColumn, path: string, faults: Faults): void {
  const of = sourceColumnsOf(source);
  checkColumn(source, column, { of, path, faults });
  const type = of?.[column];
  if (type === 'double' || type === 'boolean') {
    faults.add(
      path,
      `column ${column} of source ${source.name} is a ${type}: a key is a string, int, long or timestamp`,
    );
  } else if (type !== undefined && entity !== undefined && !fittingColumns[entity.type].includes(type)) {
    faults.add(
      path,
      `column ${column} of source ${source.name} is a ${type}, entity ${entity.name} is a ${entity.type}`,
    );
  }
}
