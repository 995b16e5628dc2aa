import { byTime, ranked } from './ranked.ts';

/** The k lowest values, the lowest first. Which of equal ones are kept shows in the bytes of a part alone. */
export const bottomK = ranked({
  takes: ['number', 'boolean'],
  before: (a, b) => Number(a.value) - Number(b.value) || byTime(b, a),
  risingSql: ({ value }) => [value],
});
