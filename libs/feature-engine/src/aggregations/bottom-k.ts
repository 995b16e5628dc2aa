import { ranked } from './ranked.ts';

/** The k lowest values, the lowest first. */
export const bottomK = ranked({
  takes: ['number', 'boolean'],
  before: (newer, older) => newer <= older,
  risingSql: ({ value }) => [value],
});
