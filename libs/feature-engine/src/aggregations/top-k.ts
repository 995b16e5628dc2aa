import { ranked } from './ranked.ts';

/** The k highest values, the highest first. */
export const topK = ranked({
  takes: ['number', 'boolean'],
  before: (newer, older) => newer >= older,
  risingSql: ({ value }) => [`0 - ${value}`],
});
