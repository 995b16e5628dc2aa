import { expect, it } from 'vitest';
import { otlpOfSpans, parseExactly, spanIdOf, traceIdOf, type SourceSpan } from './otlp-of-spans.ts';

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
const traceId = '0af7651916cd43dd8448eb211c80319c';
const span = (id: string, more: object = {}): SourceSpan => ({
  trace_id: base64(traceId),
  span_id: base64(id),
  ...more,
});

it('a span becomes what an exporter sends: ids in hexadecimal, all else as it is', () => {
  const child = span('00000000000000ff', {
    parent_span_id: base64('00000000000000fe'),
    name: 'look up',
    start_time_unix_nano: 5,
    attributes: [{ key: 'k', value: { string_value: '"v"' } }],
    links: [{ trace_id: base64('ff'.repeat(16)), span_id: base64('ee'.repeat(8)), attributes: [] }],
  });
  expect([traceIdOf(child), spanIdOf(child)]).toEqual([`tr-${traceId}`, '00000000000000ff']);
  expect([...otlpOfSpans([child])]).toEqual([
    {
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  trace_id: traceId,
                  span_id: '00000000000000ff',
                  parent_span_id: '00000000000000fe',
                  name: 'look up',
                  start_time_unix_nano: 5,
                  attributes: [{ key: 'k', value: { string_value: '"v"' } }],
                  links: [{ trace_id: 'ff'.repeat(16), span_id: 'ee'.repeat(8), attributes: [] }],
                },
              ],
            },
          ],
        },
      ],
    },
  ]);
});

it('many spans go in several exports, each once, and one that is larger than an export goes alone', () => {
  const name = 'n'.repeat(1_500_000);
  const large = span('ff'.repeat(8), { name: 'n'.repeat(5_000_000) });
  const some = Array.from({ length: 5 }, (_, at) => span(`${at}0`.repeat(8), { name }));
  const exports = [...otlpOfSpans([...some, large])] as {
    resourceSpans: { scopeSpans: { spans: { span_id: string }[] }[] }[];
  }[];
  const ids = exports.map(({ resourceSpans: [of] }) => of?.scopeSpans[0]?.spans.map(({ span_id: id }) => id));
  expect(ids).toEqual([
    ['00'.repeat(8), '10'.repeat(8)],
    ['20'.repeat(8), '30'.repeat(8)],
    ['40'.repeat(8)],
    ['ff'.repeat(8)],
  ]);
  expect([...otlpOfSpans([])]).toEqual([]);
});

it('times keep their digits', () => {
  const text = '{"start_time_unix_nano":1732777777777777777,"n":-3,"share":0.1,"large":1e300}';
  expect(JSON.stringify(parseExactly(text))).toBe(text.replace('1e300', '1e+300'));
});
