import { describe, expect, it } from 'vitest';
import { expectedPage } from './seeded-runs.ts';
import { formatGrowth, formatReport, middle, ratioOf } from './report.ts';
import type { CaseFigures } from './rounds.ts';

const line = (name: string, rates: readonly number[], note?: string, wrong = 0) => ({
  server: name,
  line: name,
  note,
  verified: '',
  wrong,
  slices: rates.map((perSecond) => ({
    perSecond,
    latenciesMs: [1_000 / perSecond],
    wrong,
    firstFault: null,
    loadCpu: 0,
  })),
});
const case_ = (title: string, ...lines: CaseFigures['lines']): CaseFigures => ({ title, lines });

describe('the report', () => {
  it('compares rounds with the rounds beside them', () => {
    expect(middle([3, 1, 2])).toBe(2);
    expect(middle([4, 1, 2, 3])).toBe(2.5);
    // The second round was slow for both.
    expect(ratioOf([100, 10, 110], [50, 5, 50])).toBe(2);
  });

  it('says in each line how often the rate of each rival it is, and what was wrong', () => {
    const [, title, ours, fast, stock] = formatReport([
      case_(
        'create-run',
        line('millrace', [500]),
        line('fasttrackml', [100], undefined, 2),
        line('mlflow server', [50]),
      ),
    ]);
    expect(title).toBe('create-run');
    expect(ours).toMatch(/millrace +500 +\(500, 500\) +2\.0 +2\.0 +5\.00 +10\.00$/);
    expect(fast).toMatch(/1\.00 +2\.00 {2}2 wrong or refused$/);
    expect(stock).toMatch(/0\.50 +1\.00$/);
  });

  it('says how a search grows with the runs, and where there were fewer', () => {
    const few = case_('few', line('millrace', [300]), line('mlflow server', [100]));
    const many = case_('many', line('millrace', [100]), line('mlflow server', [10], '2000 runs'));
    expect(formatGrowth(few, many).map((text) => text.trim().replace(/ +/g, ' '))).toEqual([
      'millrace 3.00 times the time',
      'mlflow server 10.00 times the time (2000 runs)',
    ]);
  });
});

describe('the runs that are searched', () => {
  it('fill a page at both sizes', () => {
    expect(expectedPage(1_000)).toHaveLength(50);
    expect(expectedPage(20_000)).toHaveLength(50);
    expect(expectedPage(20_000).every((index) => Number(index) > 18_000)).toBe(true);
  });
});
