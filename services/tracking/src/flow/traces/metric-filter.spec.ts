import { expect, it } from 'vitest';
import { resolveMetricFilter } from './metric-filter.ts';
import type { MetricView } from './trace-metric.ts';

const onTrace = (field: object, value: string) => ({ on: 'trace', condition: { field, comparator: '=', value } });

it.each<[MetricView, string, object]>([
  ['SPANS', "trace.status = 'OK'", onTrace({ on: 'attribute', name: 'state' }, 'OK')],
  ['TRACES', "trace.tag.team.name = 'a'", onTrace({ on: 'tag', key: 'team.name' }, 'a')],
  [
    'TRACES',
    "trace.metadata.`mlflow.trace.session` = 's'",
    onTrace({ on: 'metadata', key: 'mlflow.trace.session' }, 's'),
  ],
  ['ASSESSMENTS', "trace.metadata.mlflow.sourceRun = 'r'", onTrace({ on: 'run' }, 'r')],
  ['SPANS', "span.type = 'LLM'", { on: 'span', column: 'type', value: 'LLM' }],
  ['ASSESSMENTS', 'assessment.name = "ok"', { on: 'assessment', column: 'name', value: 'ok' }],
])('%s where %s', (view, text, filter) => {
  expect(resolveMetricFilter(view, text)).toEqual(filter);
});

it.each<[MetricView, string, string]>([
  ['TRACES', '', 'Expected one filter clause'],
  ['TRACES', "trace.status = 'OK' AND trace.status = 'OK'", 'Expected one filter clause'],
  ['TRACES', "status = 'OK'", "Invalid identifier 'status'"],
  ['TRACES', "run.status = 'OK'", "Invalid view type 'run'"],
  ['TRACES', "trace.constructor = 'OK'", "Invalid entity 'constructor' specified for view type 'trace'"],
  ['TRACES', "trace.tag = 'x'", 'Filtering by tag requires a key'],
  ['TRACES', "trace.status.x = 'x'", 'Filtering by status does not require a key'],
  ['TRACES', "trace.status != 'OK'", "Invalid comparator: '!=', only '=' operator is supported"],
  ['TRACES', 'trace.tag.x = 3', 'Expected a quoted string value'],
  ['TRACES', "span.name = 'x'", 'Filtering by span is only supported for SPANS view type, got TRACES'],
  ['SPANS', "assessment.name = 'x'", 'Filtering by assessment is only supported for ASSESSMENTS'],
])('%s where %s is refused: %s', (view, text, reason) => {
  expect(() => resolveMetricFilter(view, text)).toThrow(reason);
});
