import { expect, test } from 'vitest';
import { add, closingLine, failuresOf, onePassed, tallyVitest, type VitestReport } from './tally.ts';

const clean: VitestReport = {
  numPassedTests: 7,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
};

test('a clean run counts its tests', () => {
  expect(closingLine(add(onePassed, tallyVitest(clean, 0)))).toBe('8 passed, 0 failed');
});

test('skipped and planned tests count as failed', () => {
  expect(tallyVitest({ ...clean, numPendingTests: 2, numTodoTests: 1 }, 0)).toEqual({ passed: 7, failed: 3 });
});

test('a file that could not be loaded is one failure', () => {
  const unloaded = { name: 'a.spec.ts', status: 'failed', assertionResults: [] };
  expect(tallyVitest({ ...clean, testResults: [unloaded] }, 1)).toEqual({ passed: 7, failed: 1 });
});

test.each([
  ['without a report', null, 0],
  ['that ended badly without naming a failure', clean, 1],
  ['without a single test', { ...clean, numPassedTests: 0 }, 0],
])('a run %s is one failure', (_, report, exitCode) => {
  expect(tallyVitest(report, exitCode).failed).toBe(1);
});

test('what failed is named with its file and the first line of the reason', () => {
  const good = { fullName: 'window keeps its edge', status: 'passed' };
  const bad = {
    fullName: 'window loses its edge',
    status: 'failed',
    failureMessages: ['Error: 3 is not 4\n    at a.spec.ts:1'],
  };
  const skipped = { fullName: 'window waits', status: 'skipped', failureMessages: [] };
  const report: VitestReport = {
    ...clean,
    testResults: [
      { name: '/project/libs/a.spec.ts', status: 'failed', assertionResults: [good, bad, skipped] },
      { name: '/project/libs/b.spec.ts', status: 'failed', message: 'SyntaxError: odd', assertionResults: [] },
      { name: '/project/libs/c.spec.ts', status: 'passed', assertionResults: [good] },
    ],
  };
  expect(failuresOf(report, '/project')).toEqual([
    'libs/a.spec.ts > window loses its edge (failed): Error: 3 is not 4',
    'libs/a.spec.ts > window waits (skipped): no reason given',
    'libs/b.spec.ts could not be loaded: SyntaxError: odd',
  ]);
  expect(failuresOf(null, '/project')).toEqual([]);
});
