import { extreme } from './extreme.ts';

export const max = extreme({
  sql: 'max',
  needs: { highest: true },
  of: (window) => window.highest(),
  choose: (a, b) => Math.max(a, b),
  worst: Number.NEGATIVE_INFINITY,
});
