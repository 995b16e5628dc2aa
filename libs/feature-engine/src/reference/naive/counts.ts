import type { Counts } from '../../aggregations/counts.ts';
import type { NaiveAggregation } from './naive-aggregation.ts';

export const naiveCounts: NaiveAggregation<Counts> = {
  value: (entries, { keys, maxKeys }) => {
    const texts = entries.map(({ value }) => String(value));
    const countOf = (key: string) => texts.filter((text) => text === key).length;
    const inOrder = (some: readonly string[]) =>
      some.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const frequent = inOrder([...new Set(texts)])
      .toSorted((a, b) => countOf(b) - countOf(a))
      .slice(0, maxKeys);
    return `{${inOrder(keys ?? frequent)
      .map((key) => `${JSON.stringify(key)}:${countOf(key)}`)
      .join(',')}}`;
  },
};
