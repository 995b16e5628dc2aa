import type { FoundRun, MlflowCalls } from './mlflow-calls.ts';

/** All pages of a search of runs, in their order. */
export async function* allPages(calls: MlflowCalls, search: object): AsyncGenerator<readonly FoundRun[]> {
  for (let token: string | undefined = ''; token !== undefined;) {
    const page = await calls.searchRuns({ ...search, ...(token !== '' && { page_token: token }) });
    yield page.runs ?? [];
    token = page.next_page_token || undefined;
  }
}
