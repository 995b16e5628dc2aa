import { compareTexts, compareValues, nowhere } from '../runs/run-order.ts';
import { isNumberField, type FoundRun, type OrderValue, type SearchOrder } from '../runs/run-search.ts';
import type { TextColumn } from './columns.ts';
import { numberAttribute } from './compile-filter.ts';
import type { ExperimentIndex } from './experiment-index.ts';

/** One order over the rows: rank 0 has a value, 1 is NaN, 2 is missing. */
interface RowOrder {
  readonly descending: boolean;
  rank(row: number): number;
  compare(a: number, b: number): number;
  value(row: number): number | string;
  /** Stands for the value where the rank says it all. */
  readonly empty: number | string;
}

export interface CompiledOrder {
  compare(this: void, a: number, b: number): number;
  /** Whether the row lies behind the place: asked of every row for each page, so that nothing is made for the answer. */
  isBehind(this: void, row: number, place: FoundRun): boolean;
  found(this: void, row: number): FoundRun;
}

/** The order of a search over the rows of one index; valid until the index changes. */
export function compileOrder(index: ExperimentIndex, order: readonly SearchOrder[]): CompiledOrder {
  const orders = order.map((one) => rowOrder(index, one));
  return {
    compare: (a, b) => {
      for (const one of orders) {
        const rank = one.rank(a);
        const ranks = rank - one.rank(b);
        if (ranks !== 0) return ranks;
        if (rank > 0) continue;
        const sign = one.compare(a, b);
        if (sign !== 0) return one.descending ? -sign : sign;
      }
      return compareTexts(index.idOf(a), index.idOf(b));
    },
    isBehind: (row, { id, place }) => {
      let at = 0;
      for (const one of orders) {
        const [otherRank, other] = place[at++] ?? nowhere;
        const rank = one.rank(row);
        if (rank !== otherRank) return rank > otherRank;
        if (rank > 0) continue;
        const sign = compareValues(one.value(row), other);
        if (sign !== 0) return one.descending ? sign < 0 : sign > 0;
      }
      return compareTexts(index.idOf(row), id) > 0;
    },
    found: (row) => ({
      id: index.idOf(row),
      place: orders.map((one): OrderValue => {
        const rank = one.rank(row);
        return [rank, rank === 0 ? one.value(row) : one.empty];
      }),
    }),
  };
}

function rowOrder(index: ExperimentIndex, { field, descending }: SearchOrder): RowOrder {
  if (field.on === 'metric') {
    const column = index.metric(field.key);
    const value = (row: number): number => column?.value(row) ?? Number.NaN;
    const rank = (row: number): number => (Number.isNaN(value(row)) ? (column?.has(row) ? 1 : 2) : 0);
    return { descending, rank, value, empty: 0, compare: (a, b) => value(a) - value(b) };
  }
  if (isNumberField(field)) {
    const numberOf = numberAttribute(index, field.key);
    const value = (row: number): number => numberOf(row) ?? 0;
    const rank = (row: number): number => (numberOf(row) === undefined ? 2 : 0);
    return { descending, rank, value, empty: 0, compare: (a, b) => value(a) - value(b) };
  }
  if (field.on === 'attribute' && field.key === 'run_id') {
    const value = (row: number): string => index.idOf(row);
    return { descending, rank: () => 0, value, empty: '', compare: (a, b) => compareTexts(value(a), value(b)) };
  }
  const column = field.on === 'dataset' ? undefined : index.text(field.on, field.key);
  return textOrder(column, descending, field.on === 'attribute' ? 0 : 2);
}

function textOrder(column: TextColumn | undefined, descending: boolean, missing: number): RowOrder {
  const code = (row: number): number => column?.code(row) ?? 0;
  const value = (row: number): string => column?.get(row) ?? '';
  return {
    descending,
    rank: (row) => (code(row) === 0 ? missing : 0),
    value,
    empty: '',
    compare: (a, b) => (code(a) === code(b) ? 0 : compareTexts(value(a), value(b))),
  };
}
