import { matchesClause } from '@millrace/mlflow-protocol';
import type { RunFact } from '../runs/run-facts.ts';
import { isNumberField, type RunExpression, type SearchClause } from '../runs/run-search.ts';
import type { TextColumn, TextDictionary } from './columns.ts';
import { contextOf, type ExperimentIndex } from './experiment-index.ts';

export type RowTest = (row: number) => boolean;

/** The filter over the rows of one index; valid until the index changes. */
export function compileFilter(index: ExperimentIndex, where: RunExpression): RowTest {
  switch (where.kind) {
    case 'comparison':
      return compileClause(index, where.clause);
    case 'not': {
      const test = compileFilter(index, where.term);
      return (row) => !test(row);
    }
    case 'and': {
      const tests = where.terms.map((term) => compileFilter(index, term));
      return (row) => tests.every((test) => test(row));
    }
    default: {
      const tests = where.terms.map((term) => compileFilter(index, term));
      return (row) => tests.some((test) => test(row));
    }
  }
}

function compileClause(index: ExperimentIndex, clause: SearchClause): RowTest {
  const { field } = clause;
  switch (field.on) {
    case 'metric': {
      const column = index.metric(field.key);
      if (column === undefined) return () => false;
      const test = numberTest(clause);
      return (row) => column.has(row) && test(column.value(row));
    }
    case 'dataset': {
      const test = textTest(clause);
      const valueOf = datasetValues[field.key];
      return (row) => index.datasets(row).some((dataset) => test(valueOf(dataset)));
    }
    case 'attribute': {
      if (field.key === 'run_id') {
        const test = textTest(clause);
        return (row) => test(index.idOf(row));
      }
      if (isNumberField(field)) return numberAttributeTest(index, clause);
      return codeTest(index, { column: index.text('attribute', field.key), clause, missing: '' });
    }
    default:
      return codeTest(index, { column: index.text(field.on, field.key), clause, missing: undefined });
  }
}

const datasetValues = {
  name: (dataset: RunFact) => dataset.datasetName,
  digest: (dataset: RunFact) => dataset.datasetDigest,
  context: contextOf,
} as const;

/** The number of an attribute, which is kept as text; undefined where a run has none. */
export function numberAttribute(index: ExperimentIndex, key: string): (row: number) => number | undefined {
  if (key === 'last_updated_time') return (row) => index.updatedAtMs(row);
  const column = index.text('attribute', key);
  // A run without an end has not ended; without a start it started at 0, where MLflow sorts it.
  const missing = key === 'end_time' ? undefined : 0;
  return (row) => {
    const code = column?.code(row) ?? 0;
    if (column === undefined || code === 0) return missing;
    return index.dictionary.textOf(code) === '' ? missing : index.dictionary.numberOf(code);
  };
}

function numberAttributeTest(index: ExperimentIndex, clause: SearchClause): RowTest {
  const valueOf = numberAttribute(index, clause.field.key);
  const test = numberTest(clause);
  return (row) => {
    const value = valueOf(row);
    return value !== undefined && test(value);
  };
}

/** NaN is unlike every number. */
function numberTest({ comparator, value }: SearchClause): (actual: number) => boolean {
  const wanted = Number(value);
  switch (comparator) {
    case '=':
      return (actual) => actual === wanted;
    case '!=':
      return (actual) => actual !== wanted;
    case '>':
      return (actual) => actual > wanted;
    case '>=':
      return (actual) => actual >= wanted;
    case '<':
      return (actual) => actual < wanted;
    case '<=':
      return (actual) => actual <= wanted;
    default:
      throw new Error(`numbers are not compared by ${comparator}`);
  }
}

function textTest({ field, comparator, value }: SearchClause): (actual: string | undefined) => boolean {
  const clause = { entity: field.on, key: field.key, comparator, value };
  return (actual) => matchesClause(actual, clause);
}

/** Each distinct text is compared once. */
function codeTest(
  index: ExperimentIndex,
  { column, clause, missing }: { column: TextColumn | undefined; clause: SearchClause; missing: string | undefined },
): RowTest {
  const test = textTest(clause);
  const ofMissing = test(missing);
  if (column === undefined) return () => ofMissing;
  const known = memoOf(index.dictionary);
  return (row) => {
    const code = column.code(row);
    if (code === 0) return ofMissing;
    if (known[code] === 0) known[code] = test(index.dictionary.textOf(code)) ? 1 : 2;
    return known[code] === 1;
  };
}

function memoOf(dictionary: TextDictionary): Uint8Array {
  return new Uint8Array(dictionary.size);
}
