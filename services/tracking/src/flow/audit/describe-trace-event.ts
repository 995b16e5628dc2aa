import type { AuditChange } from '@millrace/clickhouse';
import type { TraceEvent } from '@millrace/schemas';

const commands: Readonly<Record<string, string>> = {
  started: 'start-trace',
  ended: 'end-trace',
  exported: 'export-spans',
  tagged: 'tag-trace',
  assessed: 'assess-trace',
  linked: 'link-trace',
  deleted: 'delete-trace',
};

/** A write to a trace. Of spans the ids are told: what they hold lies in `spans` under the same position. */
export function describeTraceEvent(event: TraceEvent): AuditChange {
  const { traceId, type, actor, atMs, requestId, experimentId, attributes, metadata, tags, assessments } = event;
  const set = {
    experimentId,
    attributes,
    metadata,
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
    assessments: Object.fromEntries(assessments.map(({ id, json }) => [id, json])),
    runIds: event.runIds,
    promptVersions: event.promptVersions,
    spanIds: event.spans.map(({ spanId }) => spanId),
  };
  const said = Object.entries(set).filter(([, value]) => typeof value === 'string' || Object.keys(value).length > 0);
  return {
    atMs,
    actor,
    requestId: requestId ?? '',
    command: commands[type] ?? `${type}-trace`,
    subjectKind: 'trace',
    subjectId: traceId,
    outcome: 'accepted',
    refusal: '',
    request: '',
    before: '',
    after: type === 'deleted' ? 'null' : JSON.stringify(Object.fromEntries(said)),
  };
}
