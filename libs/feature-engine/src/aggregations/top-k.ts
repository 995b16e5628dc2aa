import { byTime, ranked } from './ranked.ts';

/** The k highest values, the highest first. Which of equal ones are kept shows in the bytes of a part alone. */
export const topK = ranked({
  takes: ['number', 'boolean'],
  before: (a, b) => Number(b.value) - Number(a.value) || byTime(b, a),
  risingSql: ({ value }) => [`0 - ${value}`],
});
