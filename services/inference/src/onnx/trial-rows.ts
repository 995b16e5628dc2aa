import type { ColumnPlan, InputPlan } from './model-plan.ts';
import type { VectorRow } from './vector-row.ts';

/** Made-up vectors for trying and warming a model: always the same ones, of strings that it knows where it knows some. */
export function trialRows(plan: InputPlan, count: number): VectorRow[] {
  const columns = plan.kind === 'columns' ? plan.columns : [];
  const numbers =
    plan.kind === 'matrix' ? plan.width : 1 + Math.max(-1, ...columns.filter(isNumber).map((column) => column.index));
  const strings = stringColumns(columns);
  let state = 1;
  const next = (): number => {
    // Lehmer's generator (multiplier 48271, modulus 2^31 - 1): enough to spread rows over a model's branches.
    state = (state * 48_271) % 2_147_483_647;
    return (state % 2000) - 1000;
  };
  // Only booleans go into an input that is no float.
  const flags = new Set(columns.filter(isFlag).map((column) => column.index));
  const isBoolean = (index: number): boolean =>
    flags.has(index) || (plan.kind === 'matrix' && plan.elementType === 'int64');
  return Array.from({ length: count }, (_, row) => ({
    numbers: Array.from({ length: numbers }, (_, index) => (isBoolean(index) ? Math.abs(next() % 2) : next())),
    strings: strings.map((known) => known[row % known.length] ?? ''),
  }));
}

/** The same number everywhere, where the model takes it: a missing one, or one that other features are often at. */
export function constantRow(plan: InputPlan, value: number): VectorRow {
  const [made] = trialRows(plan, 1);
  return { numbers: (made?.numbers ?? []).map(() => value), strings: made?.strings ?? [] };
}

/** Of each string of a vector, those that the model knows. */
function stringColumns(columns: readonly ColumnPlan[]): (readonly string[])[] {
  const known = new Map(columns.filter((column) => !isNumber(column)).map((column) => [column.index, column]));
  return Array.from({ length: 1 + Math.max(-1, ...known.keys()) }, (_, index) => known.get(index)?.categories ?? []);
}

function isNumber(column: ColumnPlan): boolean {
  return column.list === 'numbers';
}

function isFlag(column: ColumnPlan): boolean {
  return isNumber(column) && column.elementType !== 'float32' && column.elementType !== 'float64';
}
