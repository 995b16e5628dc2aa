import { expect, test } from 'vitest';
import { add, closingLine, onePassed, tallyVitest, type VitestReport } from './tally.ts';

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
