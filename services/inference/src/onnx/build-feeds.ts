import { Tensor } from 'onnxruntime-node';
import type { ColumnPlan, InputPlan } from './model-plan.ts';
import type { VectorRow } from './vector-row.ts';

export type Feeds = Record<string, Tensor>;

/**
 * The tensors of one batch. Numbers become float32 by the rounding of IEEE 754, as numpy does it. Missing strings
 * become empty ones: ONNX has no missing string. Throws for a number that an integer or boolean input cannot hold, a
 * missing one among them.
 */
export function buildFeeds(plan: InputPlan, rows: readonly VectorRow[]): Feeds {
  if (plan.kind === 'matrix') return { [plan.input]: matrix(plan, rows) };
  return Object.fromEntries(plan.columns.map((column) => [column.input, columnTensor(column, rows)]));
}

function matrix(plan: Extract<InputPlan, { kind: 'matrix' }>, rows: readonly VectorRow[]): Tensor {
  const { width } = plan;
  const dims = [rows.length, width];
  if (plan.elementType === 'int64') {
    const values = new BigInt64Array(rows.length * width);
    let at = 0;
    for (const { numbers } of rows) {
      checkWidth(numbers.length, width);
      for (const value of numbers) values[at++] = BigInt(checkInteger(value, { input: plan.input, bits: 64 }));
    }
    return new Tensor('int64', values, dims);
  }
  const values =
    plan.elementType === 'float32' ? new Float32Array(rows.length * width) : new Float64Array(rows.length * width);
  let at = 0;
  for (const { numbers } of rows) {
    checkWidth(numbers.length, width);
    for (let i = 0; i < width; i++) values[at++] = numbers[i] ?? Number.NaN;
  }
  return new Tensor(plan.elementType, values, dims);
}

function checkWidth(actual: number, expected: number): void {
  if (actual !== expected) throw new Error(`the vector holds ${actual} numbers, the model takes ${expected}`);
}

function columnTensor(column: ColumnPlan, rows: readonly VectorRow[]): Tensor {
  const dims = column.rank === 1 ? [rows.length] : [rows.length, 1];
  if (column.list === 'strings') {
    return new Tensor(
      'string',
      rows.map((row) => row.strings[column.index] ?? ''),
      dims,
    );
  }
  const numbers = rows.map((row) => row.numbers[column.index] ?? Number.NaN);
  const { input } = column;
  switch (column.elementType) {
    case 'float64':
      return new Tensor('float64', Float64Array.from(numbers), dims);
    case 'int64': {
      const values = BigInt64Array.from(numbers, (value) => BigInt(checkInteger(value, { input, bits: 64 })));
      return new Tensor('int64', values, dims);
    }
    case 'int32': {
      const values = Int32Array.from(numbers, (value) => checkInteger(value, { input, bits: 32 }));
      return new Tensor('int32', values, dims);
    }
    case 'bool': {
      const values = Uint8Array.from(numbers, (value) => checkInteger(value, { input, bits: 1 }));
      return new Tensor('bool', values, dims);
    }
    default:
      return new Tensor('float32', Float32Array.from(numbers), dims);
  }
}

/** Typed arrays wrap and cut without a word what they cannot hold. */
function checkInteger(value: number, { input, bits }: { readonly input: string; readonly bits: 1 | 32 | 64 }): number {
  const limit = 2 ** (bits - 1);
  const fits = bits === 1 ? value === 0 || value === 1 : value >= -limit && value < limit;
  if (Number.isInteger(value) && fits) return value;
  const takes = bits === 1 ? 'true or false' : `integers of ${bits} bits`;
  throw new Error(`input "${input}" takes ${takes}, the value is ${Number.isNaN(value) ? 'missing' : String(value)}`);
}
