import { fingerprintOf } from '../checkpoint.ts';
import type { ExperimentGate, ExperimentPlace } from '../experiment-place.ts';
import type { ImportContext } from '../import-context.ts';
import { runIdOf } from '../mlflow-entities.ts';
import { refusalOf } from '../refusal-of.ts';
import { sideBySide } from '../side-by-side.ts';
import { attachmentsOf } from './attachments-of.ts';
import { compareTrace } from './compare-trace.ts';
import { otlpOfSpans, spanIdOf, traceIdOf, type SourceSpan } from './otlp-of-spans.ts';
import type { SourceTraces } from './source-traces.ts';
import { artifactLocationTag, isSettled, keepsSpansInStore, type TraceInfo } from './trace-entities.ts';

interface Surroundings {
  readonly traces: SourceTraces;
  /** The experiment's id at the source. */
  readonly from: string;
  readonly place: ExperimentPlace;
  readonly gate: ExperimentGate;
}

const sourceRun = 'mlflow.sourceRun';
/** As many traces as one call links to a run. */
const linksAtOnce = 100;

/**
 * Traces of one experiment, each with its spans where they are kept at the source: among those of the server, or as a file. What
 * is here already is completed and never overwritten.
 */
export class CopyTraces {
  readonly #context: ImportContext;
  readonly #around: Surroundings;

  constructor(context: ImportContext, around: Surroundings) {
    this.#context = context;
    this.#around = around;
  }

  /** After the runs of the experiment, which traces may belong to. */
  async run(): Promise<void> {
    const { source, atOnce, isPlan } = this.#context;
    const { traces, from } = this.#around;
    let seen = 0;
    await sideBySide(traces.all(from), atOnce, async (trace) => {
      seen += 1;
      await this.#trace(trace);
    });
    if (seen === 0 || isPlan || !traces.knowsLinks) return;
    await sideBySide(source.runs(from), atOnce, (run) => this.#links(runIdOf(run)));
  }

  async #trace(trace: TraceInfo): Promise<void> {
    const { target, report, checkpoint, isPlan, rechecks } = this.#context;
    const { place } = this.#around;
    const { trace_id: traceId } = trace;
    const fingerprint = fingerprintOf(trace);
    const found = await target.trace(traceId);
    const experimentHere = found?.trace_location?.mlflow_experiment?.experiment_id;
    if (found !== null && experimentHere !== place.id) {
      report.problems.push(
        `trace ${traceId} is in experiment ${experimentHere} here and not in "${place.name}": it is left as it is`,
      );
      return;
    }
    report.tell('trace', found === null ? 'copied' : 'there');
    if (isPlan || (found !== null && !rechecks && checkpoint.isDone(traceId, fingerprint))) return;
    const problemsBefore = report.problems.length;
    let isChanged = false;
    const beforeWrite = async (): Promise<void> => {
      await this.#around.gate.open();
      isChanged = true;
    };
    try {
      await this.#copy(trace, found, beforeWrite);
      if (found !== null && isChanged) report.tell('trace', 'completed');
      // Of one that goes on, more spans may come without a word about the trace.
      if (report.problems.length === problemsBefore && isSettled(trace)) checkpoint.done(traceId, fingerprint);
    } catch (error) {
      report.problems.push(`trace ${traceId} is not copied whole: ${refusalOf(error)}`);
    }
  }

  /** Spans go first: what they say of their trace gives way to what is said of it after them. */
  async #copy(trace: TraceInfo, found: TraceInfo | null, beforeWrite: () => Promise<void>): Promise<void> {
    const { target, report, files } = this.#context;
    const { traces, place } = this.#around;
    const { trace_id: traceId } = trace;
    const inStore = keepsSpansInStore(trace);
    const spans = inStore ? await traces.spans(traceId) : null;
    if (spans !== null) {
      for (const request of otlpOfSpans(await this.#missing(trace, spans, found))) {
        await beforeWrite();
        await target.exportSpans(place.id, request);
      }
    }
    const { said, differing } = compareTrace(trace, found);
    if (differing.length > 0)
      report.problems.push(`trace ${traceId} has others here, which stay: ${differing.join(', ')}`);
    if (said !== null) await beforeWrite();
    const here = said === null ? found : await target.startTrace(place.id, said);
    const hasSpansFile = !inStore && isSettled(trace);
    const attachments = attachmentsOf(spans ?? (hasSpansFile ? await traces.spansAsFile(traceId) : null));
    if (!hasSpansFile && attachments.length === 0) return;
    await files.run(
      traces.files(traceId, { spans: hasSpansFile, attachments }),
      {
        what: `trace ${traceId}`,
        artifactUri: here?.tags?.[artifactLocationTag] ?? '',
        isNew: found === null,
      },
      beforeWrite,
    );
  }

  async #missing(
    { trace_id: traceId }: TraceInfo,
    spans: readonly SourceSpan[],
    found: TraceInfo | null,
  ): Promise<readonly SourceSpan[]> {
    const { target, report } = this.#context;
    const own = spans.filter((span) => traceIdOf(span) === traceId);
    if (own.length < spans.length) {
      report.problems.push(
        `trace ${traceId} has ${spans.length - own.length} spans of a trace that is called otherwise: they are left out`,
      );
    }
    const held = new Set(found === null ? [] : (await target.spans(traceId)).map(spanIdOf));
    return own.filter((span) => !held.has(spanIdOf(span)));
  }

  /** Traces that were linked to a run in which they were not made. */
  async #links(runId: string): Promise<void> {
    const { target, report, checkpoint, rechecks } = this.#context;
    const { traces, from, place, gate } = this.#around;
    const linked: string[] = [];
    for await (const { trace_id: traceId, trace_metadata: metadata } of traces.ofRun(from, runId)) {
      if (metadata?.[sourceRun] !== runId) linked.push(traceId);
    }
    if (linked.length === 0) return;
    const step = `${runId}/traces`;
    const fingerprint = fingerprintOf(linked.sort());
    if (!rechecks && checkpoint.isDone(step, fingerprint)) return;
    try {
      const held = await target.tracesOfRun(place.id, runId);
      const missing = linked.filter((traceId) => !held.has(traceId));
      if (missing.length > 0) await gate.open();
      for (let at = 0; at < missing.length; at += linksAtOnce) {
        await target.linkTraces(runId, missing.slice(at, at + linksAtOnce));
      }
      checkpoint.done(step, fingerprint);
    } catch (error) {
      report.problems.push(`the traces of run ${runId} are not linked to it: ${refusalOf(error)}`);
    }
  }
}
