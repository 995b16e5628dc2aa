import { ranked } from './ranked.ts';

/** The newest k values, the newest first. */
export const lastK = ranked({
  takes: ['number', 'boolean', 'string'],
  before: () => true,
  risingSql: ({ time, position }) => [`-${time}`, `-${position}`],
});
