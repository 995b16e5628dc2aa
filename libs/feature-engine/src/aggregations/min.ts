import { extreme } from './extreme.ts';

export const min = extreme({
  sql: 'min',
  needs: { lowest: true },
  of: (window) => window.lowest(),
  choose: (a, b) => Math.min(a, b),
  worst: Number.POSITIVE_INFINITY,
});
