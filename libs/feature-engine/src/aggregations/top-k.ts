import { byTime, ranked } from './ranked.ts';

/** The k highest values, the highest first; of equal ones the newest. */
export const topK = ranked({
  takes: ['number', 'boolean'],
  before: (a, b) => Number(b.value) - Number(a.value) || byTime(b, a),
  risingSql: ({ value, time, position }) => [`0 - ${value}`, `-${time}`, `-${position}`],
});
