import {
  categoricalChiSquare,
  categoricalPsi,
  finiteValues,
  kolmogorovSmirnovOfSorted,
  numericChiSquare,
  numericPsi,
} from '@millrace/stats';
import type { ColumnDrift } from '@millrace/schemas';
import { binsOfNumbers, binsOfStrings, noBins } from './picture-bins.ts';
import type { PredictionSample } from './ports.ts';
import type { ReferenceSample } from './reference-sample.ts';

/** Every feature that both sides have, and the score, against the reference. */
export function compareColumns(reference: ReferenceSample, window: PredictionSample): ColumnDrift[] {
  const compared: ColumnDrift[] = [];
  for (const column of window.columns) {
    const other = reference.columns.get(column.name);
    if (other?.kind === 'number' && column.kind === 'number') {
      compared.push(compareNumbers(column.name, 'number', { reference: other.sorted, current: column.values }));
    } else if (other?.kind === 'string' && column.kind === 'string') {
      compared.push(compareStrings(column.name, other.values, column.values));
    }
  }
  const scores = window.scores.filter((_, i) => window.failed[i] !== true);
  compared.push(compareNumbers('score', 'score', { reference: reference.scores, current: scores }));
  return compared;
}

function compareNumbers(
  name: string,
  kind: 'number' | 'score',
  sides: { reference: Float64Array; current: Float64Array },
): ColumnDrift {
  const { reference } = sides;
  const current = finiteValues(sides.current).sort();
  const ks = kolmogorovSmirnovOfSorted(reference, current);
  const chiSquare = numericChiSquare(reference, current);
  return {
    name,
    kind,
    referenceCount: reference.length,
    currentCount: current.length,
    missingShare: missingShare(sides.current.length, current.length),
    psi: numericPsi(reference, current),
    ksStatistic: ks?.statistic ?? null,
    ksPValue: ks?.pValue ?? null,
    ksMethod: ks?.method ?? null,
    chiSquareStatistic: chiSquare?.statistic ?? null,
    chiSquarePValue: chiSquare?.pValue ?? null,
    ...(ks === null ? noBins : binsOfNumbers(reference, current)),
  };
}

function compareStrings(name: string, reference: readonly string[], values: readonly (string | null)[]): ColumnDrift {
  const current = values.filter((value) => value !== null);
  const chiSquare = categoricalChiSquare(reference, current);
  return {
    name,
    kind: 'string',
    referenceCount: reference.length,
    currentCount: current.length,
    missingShare: missingShare(values.length, current.length),
    psi: categoricalPsi(reference, current),
    ksStatistic: null,
    ksPValue: null,
    ksMethod: null,
    chiSquareStatistic: chiSquare?.statistic ?? null,
    chiSquarePValue: chiSquare?.pValue ?? null,
    ...(chiSquare === null ? noBins : binsOfStrings(reference, current)),
  };
}

function missingShare(rows: number, present: number): number {
  return rows === 0 ? 0 : (rows - present) / rows;
}
