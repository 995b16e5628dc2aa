import { byTime, ranked } from './ranked.ts';

/** The newest k values, the newest first. */
export const lastK = ranked({
  takes: ['number', 'boolean', 'string'],
  before: (a, b) => byTime(b, a),
  risingSql: ({ time, position }) => [`-${time}`, `-${position}`],
});
