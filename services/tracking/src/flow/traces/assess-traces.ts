import { doesNotExist } from '@millrace/mlflow-protocol';
import type { TraceAssessment } from '@millrace/schemas';
import { idOfRequest } from '../runs/id-of-request.ts';
import {
  newAssessment,
  updatedAssessment,
  type Assessment,
  type SentAssessment,
  type UpdatableField,
} from './assessment.ts';
import type { LiveTraces } from './live-traces.ts';
import type { TraceHead } from './trace-head.ts';
import type { Author, TraceWrites } from './trace-writes.ts';

export interface AssessTracesOptions {
  readonly now: () => number;
  readonly newAssessmentId: () => string;
}

/** Feedback and expectations of traces. One that overrides another makes that one invalid, until it is taken away. */
export class AssessTraces {
  readonly #live: LiveTraces;
  readonly #writes: TraceWrites;
  readonly #options: AssessTracesOptions;

  constructor(live: LiveTraces, writes: TraceWrites, options: AssessTracesOptions) {
    this.#live = live;
    this.#writes = writes;
    this.#options = options;
  }

  /** Made for a trace that may not be there yet. */
  prepare(sent: SentAssessment, traceId: string): Assessment {
    return this.#made(sent, traceId, this.#options.newAssessmentId());
  }

  async create(traceId: string, sent: SentAssessment, author: Author): Promise<Assessment> {
    const head = await this.#writes.existing(traceId);
    const { requestId } = author;
    const id = requestId === undefined ? undefined : `a-${idOfRequest('assessment', requestId)}`;
    const first = id === undefined ? undefined : head.assessment(id);
    // The same request once more.
    if (first !== undefined) return JSON.parse(first) as Assessment;
    const assessment = this.#made(sent, traceId, id ?? this.#options.newAssessmentId());
    await this.#write(head, [assessment, ...validity(head, assessment, { valid: false })].map(kept), author);
    return assessment;
  }

  async get(traceId: string, id: string): Promise<Assessment> {
    return heldIn(await this.#trace(traceId), id);
  }

  async update(
    traceId: string,
    {
      id,
      sent,
      fields,
    }: { readonly id: string; readonly sent: SentAssessment; readonly fields: readonly UpdatableField[] },
    author: Author,
  ): Promise<Assessment> {
    const head = await this.#trace(traceId);
    const updated = updatedAssessment(heldIn(head, id), { sent, fields, nowMs: this.#options.now() });
    await this.#write(head, [kept(updated)], author);
    return updated;
  }

  /** One that is not there is as good as deleted. */
  async delete(traceId: string, id: string, author: Author): Promise<void> {
    const head = await this.#writes.existing(traceId);
    if (head.assessment(id) === undefined) return;
    const restored = validity(head, heldIn(head, id), { valid: true, ifThere: true });
    await this.#write(head, [{ id, json: null }, ...restored.map(kept)], author);
  }

  #made(sent: SentAssessment, traceId: string, id: string): Assessment {
    return newAssessment(sent, { traceId, id, nowMs: this.#options.now() });
  }

  async #trace(traceId: string): Promise<TraceHead> {
    const head = await this.#live.get(traceId);
    if (head === null) throw doesNotExist(`Trace with request_id '${traceId}' not found`);
    return head;
  }

  async #write(head: TraceHead, assessments: readonly TraceAssessment[], author: Author): Promise<void> {
    const { traceId, experimentId } = head.info;
    await this.#writes.write([{ type: 'assessed', traceId, experimentId, assessments }], author);
  }
}

/** The assessment that this one overrides, with its new validity. */
function validity(
  head: TraceHead,
  { overrides }: Assessment,
  { valid, ifThere = false }: { readonly valid: boolean; readonly ifThere?: boolean },
): Assessment[] {
  if (overrides === undefined || (ifThere && head.assessment(overrides) === undefined)) return [];
  return [{ ...heldIn(head, overrides), valid }];
}

function heldIn(head: TraceHead, id: string): Assessment {
  const json = head.assessment(id);
  if (json === undefined) throw doesNotExist(`Assessment with ID '${id}' not found for trace '${head.traceId}'`);
  return JSON.parse(json) as Assessment;
}

export function kept(assessment: Assessment): TraceAssessment {
  return { id: assessment.assessment_id, json: JSON.stringify(assessment) };
}
