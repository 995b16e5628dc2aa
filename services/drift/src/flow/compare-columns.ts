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
import type { ScoreReference } from './reference-scores.ts';

export interface ComparedColumns {
  readonly columns: readonly ColumnDrift[];
  /** Features, or the score, that are missing among them: name to reason. */
  readonly notCompared: Readonly<Record<string, string>>;
}

const SCORE = 'score';

/** Every feature that both sides have, and the score, each against its own reference: neither waits for the other's. */
export function compareColumns(
  reference: Pick<ReferenceSample, 'columns'>,
  scores: ScoreReference,
  window: PredictionSample,
): ComparedColumns {
  const columns: ColumnDrift[] = [];
  const notCompared: Record<string, string> = {};
  for (const column of window.columns) {
    const other = reference.columns.get(column.name);
    if (other?.kind === 'number' && column.kind === 'number') {
      columns.push(compareNumbers(column.name, 'number', { reference: other.sorted, current: column.values }));
    } else if (other?.kind === 'string' && column.kind === 'string') {
      columns.push(compareStrings(column.name, other.values, column.values));
    } else {
      notCompared[column.name] =
        other === undefined ? 'the reference has no such feature' : `the reference holds it as a ${other.kind}`;
    }
  }
  const current = window.scores.filter((_, i) => window.failed[i] !== true);
  if (scores.ok) columns.push(compareNumbers(SCORE, 'score', { reference: scores.sorted, current }));
  else notCompared[SCORE] = scores.reason;
  return { columns, notCompared };
}

/** The same reason for every column. */
export function nothingCompared(window: PredictionSample, reason: string): ComparedColumns {
  const names = [...window.columns.map((column) => column.name), SCORE];
  return { columns: [], notCompared: Object.fromEntries(names.map((name) => [name, reason])) };
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
