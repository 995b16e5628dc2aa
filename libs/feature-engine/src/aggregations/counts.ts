import { quote } from '../definitions/faults.ts';
import type { ObjectReader } from '../definitions/object-reader.ts';
import { sqlText } from '../expressions/print-expression.ts';
import type { AggregationKind } from './aggregation.ts';
import { compareUtf8 } from './compare-utf8.ts';
import { addCount, mergeCounts } from './count-map.ts';
import { readWholeNumber } from './read-parameters.ts';

/** How often each value came, as a map from the value's text to its count, sorted by the former. */
export interface Counts {
  /** The values counted, 0 where one did not come; without them those that came. */
  readonly keys?: readonly string[];
  /** Of more values than this the most frequent are given; of equally frequent ones the first in order. */
  readonly maxKeys: number;
}

/** Counts by the text of the value, none of them 0. */
type CountedTexts = Map<string, number>;

export const counts: AggregationKind<Counts, CountedTexts> = {
  input: 'required',
  takes: ['number', 'boolean', 'string'],
  needs: {},
  parse: (reader) => {
    const keys = readKeys(reader);
    const window = reader.raw('window');
    const isLifetime = typeof window === 'object' && window !== null && 'kind' in window && window.kind === 'lifetime';
    if (isLifetime && !reader.has('keys'))
      reader.fault('keys', 'is missing: over a lifetime a count of every value that ever comes would grow for ever');
    const maxKeys = readWholeNumber(reader, 'maxKeys', { atLeast: 1, atMost: 1_000 }) ?? 1_000;
    return { maxKeys, ...(keys === undefined ? {} : { keys }) };
  },
  type: () => 'map',
  empty: (parameters) => jsonOf(new Map(), parameters),
  part: {
    empty: () => new Map(),
    add: (counted, value, _, { keys }) => {
      const text = String(value);
      if (keys === undefined || keys.includes(text)) addCount(counted, text, 1);
      return counted;
    },
    merge: (earlier, later) => mergeCounts(earlier, later, 1),
    subtract: (counted, taken) => mergeCounts(counted, taken, -1),
    finish: (counted, _, parameters) => jsonOf(counted, parameters),
    encode: (counted, to) => {
      to.u32(counted.size);
      for (const [text, count] of [...counted].sort(([a], [b]) => compareUtf8(a, b))) {
        to.text(text);
        to.u32(count);
      }
    },
    decode: (from) => {
      const counted: CountedTexts = new Map();
      for (let left = from.u32(); left > 0; left -= 1) counted.set(from.text(), from.u32());
      return counted;
    },
    maxBytes: ({ keys }) =>
      keys === undefined
        ? Number.POSITIVE_INFINITY
        : keys.reduce((bytes, key) => bytes + 8 + Buffer.byteLength(key), 4),
  },
  sql: ({ value, valueType, holds }, { keys, maxKeys }) => {
    // ClickHouse leaves out the plus sign that JavaScript writes in 1e+21.
    const ofNumber = `replaceRegexpOne(toString(toFloat64(${value}) + 0), 'e([0-9])', 'e+\\\\1')`;
    const text = `assumeNotNull(${valueType === 'number' ? ofNumber : value})`;
    const counted = `sumMapIf([${text}], [toUInt64(1)], ${holds})`;
    if (keys !== undefined) {
      const list = `[${keys.toSorted(compareUtf8).map(sqlText).join(', ')}]`;
      return `toNullable(arrayMap(m -> ${mapSql(list, `arrayMap(k -> m.2[indexOf(m.1, k)], ${list})`)}, [${counted}])[1])`;
    }
    const frequent = `arraySlice(arraySort(p -> (-toInt64(p.2), p.1), arrayZip(m.1, m.2)), 1, ${maxKeys})`;
    const kept = `arrayMap(s -> ${mapSql('s.1', 's.2')}, [arraySort(p -> p.1, ${frequent})])[1]`;
    return `toNullable(arrayMap(m -> ${kept}, [${counted}])[1])`;
  },
};

function mapSql(keys: string, values: string): string {
  return `toJSONString(mapFromArrays(${keys}, arrayMap(c -> toFloat64(c), ${values})))`;
}

/** Written by hand: an object of JavaScript would put keys that are whole numbers first. */
function jsonOf(counted: CountedTexts, { keys, maxKeys }: Counts): string {
  const pairs: (readonly [string, number])[] =
    keys === undefined
      ? [...counted].sort(([a, count], [b, other]) => other - count || compareUtf8(a, b)).slice(0, maxKeys)
      : keys.map((key) => [key, counted.get(key) ?? 0]);
  const members = pairs
    .toSorted(([a], [b]) => compareUtf8(a, b))
    .map(([key, count]) => `${JSON.stringify(key)}:${count}`);
  return `{${members.join(',')}}`;
}

function readKeys(reader: ObjectReader): readonly string[] | undefined {
  const value = reader.list('keys');
  if (value === undefined) return undefined;
  const texts = value.filter((key) => typeof key === 'string');
  const fits = texts.length === value.length && new Set(texts).size === texts.length;
  if (fits && texts.length > 0 && texts.length <= 1_000) return texts;
  return reader.fault('keys', `must be 1 to 1000 different texts, not ${quote(value)}`);
}
