import { doesNotExist, invalidParameter, MlflowError } from '@millrace/mlflow-protocol';
import type { RunEvent } from '@millrace/schemas';
import { CodedError, UnavailableError } from '@millrace/service-kit';
import { experimentNotFound, type Experiment } from '../experiments/experiments.ts';
import type { ParamConflict, Refusal } from './judge-write.ts';
import type { Subject } from './run-facts.ts';
import type { RunHead } from './run-head.ts';

/** Refusals of writes in MLflow's words. */
export function refusalError(
  { subject, id }: RunHead,
  refusal: Refusal,
  conflictText: (runId: string, conflicts: readonly ParamConflict[]) => string,
): Error {
  switch (refusal.is) {
    case 'unknown':
      return notFound(subject, id);
    case 'deleted':
      return mustBeActive(subject, id);
    case 'not-deleted':
      return new CodedError(
        'TRACKING_RUN_PURGE_REFUSED',
        `${subject} ${id} is not deleted: delete it first, with MLflow's runs/delete`,
      );
    case 'purged':
      return new MlflowError(
        'RESOURCE_ALREADY_EXISTS',
        `The ${subject} ${id} was purged: its id cannot be used again.`,
      );
    case 'exists':
    case 'repeated':
      return new MlflowError('RESOURCE_ALREADY_EXISTS', `The ${subject} ${id} exists already.`);
    case 'outdated':
      return new UnavailableError(
        'TRACKING_TAG_BUSY',
        `the tag ${refusal.tag} of ${subject} ${id} changes faster than it can be written to: send the request again`,
      );
    case 'param-conflict':
      return invalidParameter(conflictText(id, refusal.conflicts));
  }
}

export function notFound(subject: Subject, id: string): Error {
  if (subject === 'trace') return doesNotExist(`Trace with ID '${id}' not found.`);
  return doesNotExist(subject === 'run' ? `Run with id=${id} not found` : `Logged model with ID '${id}' not found.`);
}

function mustBeActive(subject: string, id: string): Error {
  return invalidParameter(`The ${subject} ${id} must be in the 'active' state. Current state is deleted.`);
}

/** Why an experiment takes no such write, or null. With an experiment its runs are deleted. */
export function inactiveExperiment(
  experiment: Experiment | undefined,
  event: Pick<RunEvent, 'type' | 'subject' | 'id' | 'experimentId'>,
): Error | null {
  if (experiment?.lifecycleStage === 'active') return null;
  if (event.type !== 'created') return mustBeActive(event.subject, event.id);
  if (experiment === undefined) return doesNotExist(experimentNotFound(event.experimentId).message);
  return mustBeActive('experiment', experiment.id);
}

export function oneConflict(runId: string, [conflict]: readonly ParamConflict[]): string {
  return `Changing param values is not allowed. Param with key='${conflict?.key}' was already logged with value='${conflict?.held}' for run ID='${runId}'. Attempted logging new value '${conflict?.offered}'.`;
}

/** As MLflow says it of a batch. */
export function allConflicts(runId: string, conflicts: readonly ParamConflict[]): string {
  const shown = conflicts.map(
    ({ key, held, offered }) =>
      `{'key': ${quoted(key)}, 'old_value': ${quoted(held)}, 'new_value': ${quoted(offered)}}`,
  );
  return `Changing param values is not allowed. Params were already logged='[${shown.join(', ')}]' for run ID='${runId}'.`;
}

/** As Python writes a text. */
function quoted(text: string): string {
  const plain = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
  return plain.includes("'") && !plain.includes('"') ? `"${plain}"` : `'${plain.replaceAll("'", "\\'")}'`;
}

/** The run that the same request made before. */
export function sameCreation(head: RunHead, experimentId: string, requestHash: string | null): RunHead {
  const first = head.attribute('request_hash') ?? null;
  if (head.experimentId === experimentId && isSame(first, requestHash)) return head;
  throw usedRequestId(
    head.attribute('request_id') ?? '',
    `to create ${head.subject} ${head.id} in experiment ${head.experimentId}`,
  );
}

/** The run that the same request has written to before. */
export function sameWrite(head: RunHead, requestId: string, requestHash: string | null): RunHead {
  if (isSame(head.answered(requestId) ?? null, requestHash)) return head;
  throw usedRequestId(requestId, `for another write to ${head.subject} ${head.id}`);
}

/** What was not kept of the first is taken to be the same. */
function isSame(first: string | null, again: string | null): boolean {
  return first === null || again === null || first === again;
}

function usedRequestId(requestId: string, how: string): MlflowError {
  return new MlflowError(
    'RESOURCE_CONFLICT',
    `the request id ${JSON.stringify(requestId)} was used ${how}: send another one for another request`,
  );
}
