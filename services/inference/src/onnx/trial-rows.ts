import type { ColumnPlan, InputPlan } from './model-plan.ts';
import type { VectorRow } from './vector-row.ts';

/** Made-up vectors for trying and warming a model: always the same ones. */
export function trialRows(plan: InputPlan, count: number): VectorRow[] {
  const columns = plan.kind === 'columns' ? plan.columns : [];
  const numbers =
    plan.kind === 'matrix' ? plan.width : 1 + Math.max(-1, ...columns.filter(isNumber).map((column) => column.index));
  const strings = 1 + Math.max(-1, ...columns.filter((column) => !isNumber(column)).map((column) => column.index));
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
  return Array.from({ length: count }, () => ({
    numbers: Array.from({ length: numbers }, (_, index) => (isBoolean(index) ? Math.abs(next() % 2) : next())),
    strings: Array.from({ length: strings }, () => ''),
  }));
}

function isNumber(column: ColumnPlan): boolean {
  return column.list === 'numbers';
}

function isFlag(column: ColumnPlan): boolean {
  return isNumber(column) && column.elementType !== 'float32' && column.elementType !== 'float64';
}
