import { isText, type FeatureType } from '../plans/feature-type.ts';
import { quote } from '../definitions/faults.ts';
import type { AggregationKind } from './aggregation.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { readWholeNumber } from './read-parameters.ts';

/** The first k values of a window in some order, as a list. */
export interface Ranked {
  readonly k: number;
  /** Each value once, where it comes first. */
  readonly distinct: boolean;
  /** Only the value at this place of the list, from 1; missing where the list is shorter. */
  readonly nth?: number;
}

type Value = number | string;

/** How the values of a window are ordered, in both engines. */
interface RankedOrder {
  readonly takes: readonly ('number' | 'boolean' | 'string')[];
  /** Whether a value comes before one that is older. */
  readonly before: (newer: Value, older: Value) => boolean;
  /** The same order as SQL of what rises along it; equal values need none. */
  readonly risingSql: (of: { readonly value: string; readonly time: string; readonly position: string }) => string[];
}

const longest = 100;

/** One kind for each order: what is kept of a window is the k values that come first in it, so parts are merged by order. */
export function ranked({ takes, before, risingSql }: RankedOrder): AggregationKind<Ranked, Value[]> {
  const merge = (earlier: readonly Value[], later: readonly Value[], { k, distinct }: Ranked): Value[] => {
    const merged: Value[] = [];
    let older = 0;
    let newer = 0;
    while (merged.length < k) {
      const known = earlier[older];
      const added = later[newer];
      if (known === undefined && added === undefined) break;
      const takesNewer = added !== undefined && (known === undefined || before(added, known));
      if (takesNewer) newer += 1;
      else older += 1;
      const next = (takesNewer ? added : known) as Value;
      if (!distinct || !merged.includes(next)) merged.push(next);
    }
    return merged;
  };
  return {
    input: 'required',
    takes,
    needs: {},
    parse: (reader) => {
      const k = readWholeNumber(reader, 'k', { atLeast: 1, atMost: longest });
      const distinct = reader.raw('distinct') ?? false;
      if (typeof distinct !== 'boolean') reader.fault('distinct', `must be true or false, not ${quote(distinct)}`);
      const nth = readWholeNumber(reader, 'nth', { atLeast: 1, atMost: k ?? longest });
      return { k: reader.required('k', k, 1), distinct: distinct === true, ...(nth === undefined ? {} : { nth }) };
    },
    type: (input, { nth }) => (nth === undefined ? 'list' : typeOfValue(input)),
    empty: ({ nth }) => (nth === undefined ? '[]' : null),
    part: {
      empty: () => [],
      // -0 is 0, as in the order of numbers.
      add: (kept, value, _, parameters) => merge(kept, [typeof value === 'number' ? value + 0 : value], parameters),
      merge,
      finish: (kept, _, { nth }) => (nth === undefined ? JSON.stringify(kept) : (kept[nth - 1] ?? null)),
      encode,
      decode,
      maxBytes: ({ k }, input) => (input === 'number' ? 2 + 8 * k : Number.POSITIVE_INFINITY),
    },
    sql: ({ value, valueType, holds, time, position }, { k, distinct, nth }, type) => {
      const plain = `assumeNotNull(${valueType === 'number' ? `toFloat64(${value}) + 0` : value})`;
      const row = `((${risingSql({ value: plain, time, position }).join(', ')}), ${plain})`;
      // Never more than k values of a row are held, unless each is to be given once.
      const rows = distinct
        ? `arraySort(groupArrayIf(${row}, ${holds}))`
        : `groupArraySortedIf(${k})(${row}, ${holds})`;
      const values = `arrayMap(r -> r.2, ${rows})`;
      const first = distinct ? `arraySlice(arrayDistinct(${values}), 1, ${k})` : values;
      return nth === undefined ? `toNullable(toJSONString(${first}))` : nthSql(first, nth, type);
    },
  };
}

function typeOfValue(input: string | undefined): FeatureType {
  return input === 'string' || input === 'boolean' ? input : 'double';
}

function nthSql(list: string, nth: number, type: FeatureType): string {
  const at = `arrayMap(l -> if(length(l) >= ${nth}, toNullable(l[${nth}]), NULL), [${list}])[1]`;
  return isText(type) ? at : `toFloat64(${at})`;
}

function encode(kept: readonly Value[], to: ByteWriter): void {
  to.u8(typeof kept[0] === 'string' ? 1 : 0);
  to.u8(kept.length);
  for (const value of kept) {
    if (typeof value === 'string') to.text(value);
    else to.f64(value);
  }
}

function decode(from: ByteReader): Value[] {
  const texts = from.u8() === 1;
  return Array.from({ length: from.u8() }, () => (texts ? from.text() : from.f64()));
}
