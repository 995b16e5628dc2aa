import fc from 'fast-check';
import type { AggregateValue, AggregationKind } from '../aggregations/aggregation.ts';
import { ByteReader, ByteWriter } from '../aggregations/bytes.ts';
import type { NaiveAggregation, NaiveEntry } from './naive/naive-aggregation.ts';

/** For tests: an aggregation that is made of parts, its twin, and what to draw. */
interface MergedAggregation<P extends object, S> {
  readonly kind: AggregationKind<P, S>;
  readonly naive: NaiveAggregation<P>;
  readonly parameters: fc.Arbitrary<P>;
  readonly value: fc.Arbitrary<number> | fc.Arbitrary<string>;
  readonly agree: (value: AggregateValue, expected: AggregateValue) => boolean;
}

/**
 * For tests: however the events of a window are cut into parts, and whether these travel as bytes or not, the value is the
 * twin's and the bytes are those of all events added one by one, within the stated bound. Says what breaks this, else null.
 */
export function brokenMergeLaw<P extends object, S>(tested: MergedAggregation<P, S>): string | null {
  const { parameters, value } = tested;
  const entries = fc
    .array(fc.record({ value, step: fc.nat(2), cut: fc.boolean(), coded: fc.boolean() }), {
      minLength: 1,
      maxLength: 60,
    })
    .map((drawn) => {
      let timeMs = 1_000;
      return drawn.map((each, index) => {
        timeMs += each.step;
        return { ...each, timeMs, position: index * 3, isOwn: false };
      });
    });
  const law = fc.property(parameters, entries, (of, events) => {
    const fault = faultOf(tested, of, events);
    if (fault !== null) throw new Error(fault);
  });
  const report = fc.check(law, { numRuns: 300 });
  return report.failed ? (fc.defaultReportMessage(report) ?? 'it breaks') : null;
}

interface CutEntry extends NaiveEntry {
  /** Whether a part ends behind it, and then travels as bytes. */
  readonly cut: boolean;
  readonly coded: boolean;
}

function faultOf<P extends object, S>(
  { kind, naive, agree }: MergedAggregation<P, S>,
  of: P,
  events: readonly CutEntry[],
): string | null {
  const { part } = kind;
  if (part === undefined) return 'it is not made of parts';
  const bytesOf = (state: S) => {
    const writer = new ByteWriter();
    part.encode(state, writer, of);
    return writer.done();
  };
  const travelled = (state: S) => part.decode(new ByteReader(bytesOf(state)), of);
  let whole = part.empty(of);
  let piece = part.empty(of);
  let all = part.empty(of);
  for (const event of events) {
    all = part.add(all, event.value, event, of);
    piece = part.add(piece, event.value, event, of);
    if (!event.cut) continue;
    whole = part.merge(whole, event.coded ? travelled(piece) : piece, of);
    if (event.coded) whole = travelled(whole);
    piece = part.empty(of);
  }
  whole = part.merge(whole, piece, of);
  const at = { timeMs: events.at(-1)?.timeMs ?? 0, ownPosition: null };
  const value = part.finish(whole, at, of);
  const expected = naive.value(events, of, at);
  if (!agree(value, expected)) return `the value is ${value}, not ${expected}`;
  const bytes = bytesOf(whole);
  if (!bytes.equals(bytesOf(all))) return `the bytes are ${bytes.toString('hex')}, not ${bytesOf(all).toString('hex')}`;
  const bound = part.maxBytes(of, typeof events[0]?.value === 'string' ? 'string' : 'number');
  return bytes.length <= bound ? null : `it takes ${bytes.length} bytes, more than ${bound}`;
}
