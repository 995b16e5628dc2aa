import { compareTags } from '../compare-tags.ts';
import { isSettled, placeTags, type SourceAssessment, type TraceInfo } from './trace-entities.ts';

const schemaMetadata = 'mlflow.trace_schema.version';

export interface TraceChanges {
  /** What is to be said of the trace here; null when nothing is. */
  readonly said: Omit<TraceInfo, 'trace_location'> | null;
  /** What has another value here, which stays. */
  readonly differing: readonly string[];
}

/** What of a trace is not here yet, and what is here with another value. */
export function compareTrace(source: TraceInfo, here: TraceInfo | null): TraceChanges {
  const { trace_location: _, tags, ...info } = source;
  const ownTags = withoutPlaces(tags);
  // Spans alone say something of their trace too: it was not begun before its import was ended.
  if (here === null || hasSpansOnly(source, here)) return { said: { ...info, tags: ownTags }, differing: [] };
  const inTags = compareTags(entriesOf(ownTags), entriesOf(here.tags));
  const inMetadata = compareTags(entriesOf(source.trace_metadata), entriesOf(here.trace_metadata));
  const held = new Map(here.assessments?.map((assessment) => [assessment.assessment_id, assessment]));
  const assessments = (source.assessments ?? []).filter(({ assessment_id: id }) => !held.has(id));
  const other = (source.assessments ?? []).filter((assessment) => {
    const found = held.get(assessment.assessment_id);
    return found !== undefined && contentOf(found) !== contentOf(assessment);
  });
  const differing = [
    ...inTags.differing.map((key) => `tag ${key}`),
    ...inMetadata.differing.map((key) => `metadata ${key}`),
    ...other.map(({ assessment_name: name, assessment_id: id }) => `assessment ${name ?? ''} (${id ?? ''})`),
  ];
  const hasEnded = isSettled(source) && !isSettled(here);
  const adds = inTags.missing.length + inMetadata.missing.length + assessments.length > 0;
  if (!hasEnded && !adds) return { said: null, differing };
  const said = {
    // The state is part of all that is said, and the last one counts.
    ...(hasEnded ? info : { trace_id: here.trace_id, request_time: here.request_time, state: here.state ?? '' }),
    trace_metadata: recordOf(inMetadata.missing),
    tags: recordOf(inTags.missing),
    assessments,
  };
  return { said, differing };
}

function hasSpansOnly(source: TraceInfo, here: TraceInfo): boolean {
  return has(source, schemaMetadata) && !has(here, schemaMetadata);
}

function has({ trace_metadata: metadata = {} }: TraceInfo, key: string): boolean {
  return metadata[key] !== undefined;
}

function withoutPlaces(tags: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !placeTags.has(key)));
}

function entriesOf(record: Readonly<Record<string, string>> = {}): { readonly key: string; readonly value: string }[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}

function recordOf(entries: readonly { readonly key: string; readonly value: string }[]): Record<string, string> {
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}

function contentOf({ feedback, expectation, rationale, valid }: SourceAssessment): string {
  return JSON.stringify([feedback?.value, expectation, rationale ?? '', valid ?? true]);
}
