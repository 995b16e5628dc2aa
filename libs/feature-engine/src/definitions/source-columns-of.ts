import { checkExpression } from '../expressions/check-expression.ts';
import type { ColumnType, SourceDefinition } from './definition.ts';
import { Faults } from './faults.ts';

/** The columns that features and keys can be made of: those of the topic and the derived ones. Undefined while not known. */
export function sourceColumnsOf(source: SourceDefinition): Readonly<Record<string, ColumnType>> | undefined {
  const { columns, derived } = source;
  if (columns === undefined || derived === undefined) return columns;
  const types = Object.entries(derived).map(([name, expression]): [string, ColumnType] => {
    const type = checkExpression(expression, { columns, columnsOf: '', features: null }, '', new Faults());
    return [name, type === 'number' ? 'double' : type === 'boolean' ? 'boolean' : 'string'];
  });
  return { ...columns, ...Object.fromEntries(types) };
}
