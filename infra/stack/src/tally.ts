import path from 'node:path';

/** The part of vitest's JSON report that is counted. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly VitestAssertion[];
  }[];
}

interface VitestAssertion {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages?: readonly string[] | null;
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

const longestReason = 300;

export const nothing: Tally = { passed: 0, failed: 0 };
export const onePassed: Tally = { passed: 1, failed: 0 };
export const oneFailed: Tally = { passed: 0, failed: 1 };

export function add(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}

/**
 * Counts a vitest run. A test that was skipped or left to do counts as failed, and so does a file that could not be loaded; a
 * run that ended badly without naming any of these is one failure, so that no bad run ever counts as a good one.
 */
export function tallyVitest(report: VitestReport | null, exitCode: number): Tally {
  if (report === null) return oneFailed;
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failed = report.numFailedTests + report.numPendingTests + report.numTodoTests + unloaded.length;
  const passed = report.numPassedTests;
  return { passed, failed: failed === 0 && (exitCode !== 0 || passed === 0) ? 1 : failed };
}

export function closingLine(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed`;
}

/**
 * A line for everything that `tallyVitest` counts as failed and has a name: its file from `root` on, its test, and the first line of the
 * reason. They are said again at the end, where they are found even when the beginning of a long output was cut off.
 */
export function failuresOf(report: VitestReport | null, root: string): readonly string[] {
  return (report?.testResults ?? []).flatMap((file) => {
    const name = path.relative(root, file.name);
    if (file.assertionResults.length === 0)
      return file.status === 'failed' ? [`${name} could not be loaded: ${firstLine(file.message)}`] : [];
    return file.assertionResults
      .filter(({ status }) => status !== 'passed')
      .map((test) => `${name} > ${test.fullName} (${test.status}): ${firstLine(test.failureMessages?.[0])}`);
  });
}

function firstLine(text: string | undefined): string {
  const [first = ''] = (text ?? '').split('\n', 1);
  return first.slice(0, longestReason) || 'no reason given';
}
