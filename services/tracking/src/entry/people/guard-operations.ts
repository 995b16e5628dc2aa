import { named, type Named } from '@millrace/people';
import { restInput, type Message } from '../../flow/graphql/message-field.ts';

/** What each operation of GraphQL names, in the fields that its REST twin has. */
const namedBy: Readonly<Record<string, ReturnType<typeof named>>> = {
  mlflow_get_experiment: named('experiment', 'body', 'experiment_id'),
  mlflow_get_run: named('run', 'body', 'run_id', 'run_uuid'),
  mlflow_search_runs: named('experiment', 'body', 'experiment_ids'),
  mlflow_list_artifacts: named('run', 'body', 'run_id', 'run_uuid'),
  mlflow_search_datasets: named('experiment', 'body', 'experiment_ids'),
  mlflow_get_metric_history_bulk_interval: named('run', 'body', 'run_ids'),
};

/** The registry is asked in the name of who asks here, and shows what they may see. */
const ofRegistry: ReadonlySet<string> = new Set(['mlflow_search_model_versions']);

/** The same operations, of which each asks first whether what it names may be seen; one that names nothing, whether everything may. */
export function guardOperations(operations: Message, see: (named: readonly Named[]) => Promise<void>): Message {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      typeof operation !== 'function' || ofRegistry.has(name)
        ? operation
        : async (input: unknown): Promise<unknown> => {
            const body = restInput(input);
            await see(namedBy[name]?.({ url: '', params: {}, query: {}, body, headers: {} }) ?? []);
            return (operation as (input: unknown) => unknown)(input);
          },
    ]),
  );
}
