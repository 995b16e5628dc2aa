import { ranked } from './ranked.ts';

/** The oldest k values, the oldest first. */
export const firstK = ranked({
  takes: ['number', 'boolean', 'string'],
  before: () => false,
  risingSql: ({ time, position }) => [time, position],
});
