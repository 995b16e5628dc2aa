import type { AuditChange } from '@millrace/clickhouse';
import { jsonNumber } from '@millrace/mlflow-protocol';
import type { RunEvent, RunMetric } from '@millrace/schemas';

const verbs: Readonly<Record<string, string>> = {
  created: 'create',
  updated: 'update',
  deleted: 'delete',
  restored: 'restore',
  logged: 'log-to',
  purged: 'purge',
};

/**
 * A write to a run, a logged model, or the files of a trace. What was there before is not in the event and would have to
 * be read: it is the state at the offset before this one, which the time travel gives. Of a metric the last point of the write is
 * told and how many there were; all of them lie under the same position.
 */
export function describeRunEvent(event: RunEvent): AuditChange {
  const { subject, id, type, actor, atMs, requestId, voids } = event;
  const set = {
    experimentId: event.experimentId,
    ...filled('attributes', event.attributes),
    ...filled('params', Object.fromEntries(event.params.map(({ key, value }) => [key, value]))),
    ...filled('tags', Object.fromEntries(event.tags.map(({ key, value }) => [key, value]))),
    ...filled('metrics', metricsOf(event.metrics)),
    ...listed(
      'datasets',
      event.datasets.map(({ name, digest }) => ({ name, digest })),
    ),
    ...listed('modelInputs', event.modelInputs),
    ...listed('modelOutputs', event.modelOutputs),
    ...listed('artifacts', event.artifacts),
    ...listed('voids', voids),
  };
  return {
    atMs,
    actor,
    requestId: requestId ?? '',
    command: commandOf(event),
    subjectKind: subject,
    subjectId: id,
    outcome: 'accepted',
    refusal: '',
    request: '',
    before: type === 'created' ? 'null' : '',
    after: JSON.stringify(set),
  };
}

/** A write that only names files is called by what becomes of them. */
function commandOf({ type, subject, artifacts, attributes, params, tags, metrics, datasets, voids }: RunEvent): string {
  if (voids.length > 0 || type === 'voided') return 'void-write';
  const isOfFiles =
    artifacts.length > 0 &&
    [params, tags, metrics, datasets, Object.keys(attributes)].every(({ length }) => length === 0);
  if (isOfFiles) return artifacts.every(({ hash }) => hash === null) ? 'delete-artifacts' : 'put-artifacts';
  return `${verbs[type] ?? type}-${subject}`;
}

function metricsOf(metrics: readonly RunMetric[]) {
  const last: Record<string, { points: number; value: unknown; step: number; timestampMs: number }> =
    Object.create(null);
  for (const { key, value, step, timestampMs } of metrics) {
    const told = (last[key] ??= { points: 0, value: 0, step: 0, timestampMs: 0 });
    told.points += 1;
    told.value = jsonNumber(value);
    told.step = step;
    told.timestampMs = timestampMs;
  }
  return last;
}

function filled(name: string, values: object): object {
  return Object.keys(values).length === 0 ? {} : { [name]: values };
}

function listed(name: string, values: readonly unknown[]): object {
  return values.length === 0 ? {} : { [name]: values };
}
