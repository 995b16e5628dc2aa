import { isText, type FeatureType } from '../plans/feature-type.ts';
import { quote } from '../definitions/faults.ts';
import type { AggregateValue, AggregationKind, EntryPlace } from './aggregation.ts';
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

export interface RankedValue extends EntryPlace {
  readonly value: number | string;
}

/** How the values of a window are ordered, in both engines. */
interface RankedOrder {
  readonly takes: readonly ('number' | 'boolean' | 'string')[];
  readonly before: (a: RankedValue, b: RankedValue) => number;
  /** The same order as SQL of what rises along it; equal values need none. */
  readonly risingSql: (of: { readonly value: string; readonly time: string; readonly position: string }) => string[];
}

const longest = 100;

/** One kind for each order: what is kept of a window is the k values that come first in it, so parts are merged by order. */
export function ranked({ takes, before, risingSql }: RankedOrder): AggregationKind<Ranked, RankedValue[]> {
  const put = (kept: RankedValue[], added: RankedValue, { k, distinct }: Ranked): RankedValue[] => {
    if (distinct) {
      const same = kept.findIndex(({ value }) => value === added.value);
      const known = kept[same];
      if (known !== undefined && before(known, added) < 0) return kept;
      if (known !== undefined) kept.splice(same, 1);
    }
    let at = kept.length;
    while (at > 0 && before(added, kept[at - 1] as RankedValue) < 0) at -= 1;
    if (at >= k) return kept;
    kept.splice(at, 0, added);
    if (kept.length > k) kept.pop();
    return kept;
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
      add: (kept, value, { timeMs, position }, parameters) => {
        // -0 is 0, as in the order of numbers.
        const plain = typeof value === 'number' ? value + 0 : value;
        return put(kept, { value: plain, timeMs, position }, parameters);
      },
      merge: (earlier, later, parameters) => later.reduce((kept, each) => put(kept, each, parameters), earlier),
      finish: (kept, _, { nth }): AggregateValue =>
        nth === undefined ? JSON.stringify(kept.map(({ value }) => value)) : (kept[nth - 1]?.value ?? null),
      encode,
      decode,
      maxBytes: ({ k }, input) => (input === 'number' ? 2 + 24 * k : Number.POSITIVE_INFINITY),
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

function encode(kept: readonly RankedValue[], to: ByteWriter): void {
  const texts = typeof kept[0]?.value === 'string';
  to.u8(texts ? 1 : 0);
  to.u8(kept.length);
  for (const { value, timeMs, position } of kept) {
    to.f64(timeMs);
    to.f64(position);
    if (typeof value === 'string') to.text(value);
    else to.f64(value);
  }
}

function decode(from: ByteReader): RankedValue[] {
  const texts = from.u8() === 1;
  return Array.from({ length: from.u8() }, () => {
    const timeMs = from.f64();
    const position = from.f64();
    return { timeMs, position, value: texts ? from.text() : from.f64() };
  });
}

/** In the order of the view's log. */
export function byTime(a: EntryPlace, b: EntryPlace): number {
  return a.timeMs - b.timeMs || a.position - b.position;
}
