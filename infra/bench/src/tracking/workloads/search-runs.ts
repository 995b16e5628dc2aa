import { countOf, okBody, paths, runMark, type FoundRun } from '../mlflow-api.ts';
import { expectedPage, pageSize, searchFilter } from '../seeded-runs.ts';
import type { SeededExperiment } from '../seed.ts';
import type { LeanConnection } from '../lean-connection.ts';
import type { Workload } from '../workload.ts';

/** The first page of a search by a metric and a param, newest first: every answer has the same runs. */
export function searches({ experimentId, runs }: SeededExperiment, wantedRuns: number): Workload {
  const page = expectedPage(runs);
  const body = JSON.stringify({ experiment_ids: [experimentId], filter: searchFilter, max_results: pageSize });
  let last: Buffer | null = null;
  return {
    ...(runs < wantedRuns && { note: `${runs} runs` }),
    async once(connection: LeanConnection) {
      const answer = okBody(await connection.post(paths.searchRuns, body));
      const found = countOf(answer, runMark);
      if (found !== page.length) throw new Error(`found ${found} runs, ${page.length} are expected`);
      last = answer;
    },
    verify() {
      const { runs: found = [] } = JSON.parse(last?.toString() ?? '{}') as { runs?: FoundRun[] };
      const numbers = found.map(({ data }) => data.params?.find(({ key }) => key === 'index')?.value);
      if (numbers.join() !== page.join()) throw new Error(`found runs ${numbers.join()}, expected ${page.join()}`);
      return Promise.resolve(`${numbers.length} runs an answer, the right ones in order`);
    },
  };
}
