import { expect, it } from 'vitest';
import { totalsOf } from './span-totals.ts';
import { traceSpan } from './trace-under-test.ts';

const usage = (input: number, output: number, more: object = {}): string =>
  JSON.stringify({ input_tokens: input, output_tokens: output, total_tokens: input + output, ...more });
const span = (spanId: string, parentSpanId: string | null, tokens?: string, cost?: string) =>
  traceSpan({
    spanId,
    parentSpanId,
    attributes: {
      ...(tokens !== undefined && { 'mlflow.chat.tokenUsage': tokens }),
      ...(cost !== undefined && { 'mlflow.llm.cost': cost }),
    },
  });
const tokensOf = (...spans: ReturnType<typeof span>[]): unknown => {
  const total = totalsOf(spans).get('mlflow.trace.tokenUsage');
  return total === undefined ? undefined : JSON.parse(total);
};

it('tokens of the calls of a trace are summed, a text of JSON like the object itself', () => {
  const spans = [span('a', null), span('b', 'a', usage(1, 2)), span('c', 'a', JSON.stringify(usage(10, 20)))];
  expect(totalsOf(spans).get('mlflow.trace.tokenUsage')).toBe(
    '{"input_tokens": 11, "output_tokens": 22, "total_tokens": 33}',
  );
});

it('a span that says a sum stands for all below it, in whatever order they arrive', () => {
  const spans = [span('d', 'c', usage(3, 3)), span('a', null), span('c', 'b'), span('b', 'a', usage(5, 5))];
  expect(tokensOf(...spans)).toEqual({ input_tokens: 5, output_tokens: 5, total_tokens: 10 });
  expect(tokensOf(...spans.toReversed())).toEqual({ input_tokens: 5, output_tokens: 5, total_tokens: 10 });
});

it('a span whose parent has not arrived counts for itself', () => {
  expect(tokensOf(span('b', 'missing', usage(1, 1)))).toMatchObject({ total_tokens: 2 });
});

it('tokens of caches are in the total when a span says them', () => {
  const cached = usage(1, 1, { cache_read_input_tokens: 7 });
  expect(tokensOf(span('a', null), span('b', 'a', cached), span('c', 'a', usage(1, 1)))).toEqual({
    input_tokens: 2,
    output_tokens: 2,
    total_tokens: 4,
    cache_read_input_tokens: 7,
  });
});

it('costs have a tree of their own, and are written as Python writes them', () => {
  const cost = '{"input_cost": 0.5, "output_cost": 1.5, "total_cost": 2}';
  expect([...totalsOf([span('a', null, usage(1, 1)), span('b', 'a', undefined, cost)])]).toEqual([
    ['mlflow.trace.tokenUsage', '{"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}'],
    ['mlflow.trace.cost', '{"input_cost": 0.5, "output_cost": 1.5, "total_cost": 2.0}'],
  ]);
});

it.each(['[1]', '"none"', 'null', '{', '7'])('%s is no usage', (said) => {
  expect(tokensOf(span('a', null, said))).toBeUndefined();
});

it('ten thousand spans in one line, and spans that are their own ancestors, come to an end', () => {
  const line = Array.from({ length: 10_000 }, (_, at) => span(`s${at}`, at === 0 ? null : `s${at - 1}`));
  expect(tokensOf(...line, span('last', 's9999', usage(1, 1)))).toMatchObject({ total_tokens: 2 });
  expect(tokensOf(span('x', 'y', usage(1, 1)), span('y', 'x'))).toBeUndefined();
});
