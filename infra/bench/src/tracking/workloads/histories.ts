import { countOf, okBody, paths, pointMark } from '../mlflow-api.ts';
import type { LeanConnection } from '../lean-connection.ts';
import type { Workload } from '../workload.ts';

/** The whole history of one metric whose value is its step. */
export function histories(runId: string, points: number): Workload {
  const path = paths.history(runId, 'loss');
  let last: Buffer | null = null;
  return {
    async once(connection: LeanConnection) {
      const answer = okBody(await connection.get(path));
      const found = countOf(answer, pointMark);
      if (found !== points) throw new Error(`${found} points came, ${points} are stored`);
      last = answer;
    },
    verify() {
      const { metrics = [] } = JSON.parse(last?.toString() ?? '{}') as { metrics?: { value: number }[] };
      const sum = metrics.reduce((total, { value }) => total + value, 0);
      const expected = (points * (points - 1)) / 2;
      if (sum !== expected) throw new Error(`the values sum up to ${sum}, ${expected} is expected`);
      return Promise.resolve(`${points} points an answer, with the right sum`);
    },
  };
}
