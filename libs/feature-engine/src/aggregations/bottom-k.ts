import { byTime, ranked } from './ranked.ts';

/** The k lowest values, the lowest first; of equal ones the newest. */
export const bottomK = ranked({
  takes: ['number', 'boolean'],
  before: (a, b) => Number(a.value) - Number(b.value) || byTime(b, a),
  risingSql: ({ value, time, position }) => [value, `-${time}`, `-${position}`],
});
