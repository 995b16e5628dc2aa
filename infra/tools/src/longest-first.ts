import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that wait longest, the longest first: one that begins last is waited for alone, while a core stands idle. */
const longest = [
  'infra/proof/src/chaos.e2e',
  'infra/proof/src/shared-platform.e2e',
  'infra/proof/src/outages.e2e',
  'infra/proof/src/promotions.e2e',
  'infra/demo/src/demo.e2e',
  'infra/stack/src/start.e2e',
  'services/inference/test/inference.e2e',
  'services/gateway/test/mlflow-suite.e2e',
  'libs/client/src/cli/http-commands.medium',
  'libs/feature-engine/src/sql/vector-sql.medium',
  'services/tracking/src/store/runs/clickhouse-run-history.medium',
  'libs/events/src/event-producer.medium',
  'libs/client/src/on-model-promoted.medium',
  'libs/clickhouse/src/sink/clickhouse-sink.medium',
  'libs/events/src/consumer/consumer-group.medium',
  'libs/events/src/consumer/batch-consumer.medium',
];

const rank = ({ moduleId }: TestSpecification): number => {
  const found = longest.findIndex((name) => moduleId.endsWith(`/${name}.spec.ts`));
  return found < 0 ? longest.length : found;
};

/** Vitest's own order (by the size of a file where it has not measured it), behind the files that are known to take long. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
