import type { Accepted, Applied, Rejected } from '@millrace/events';
import { MlflowError, type MlflowErrorCode } from '@millrace/mlflow-protocol';
import { crashPoint, type Caller, type Fault } from '@millrace/service-kit';
import type { RegistryJournal } from './ports.ts';
import type { RegistryCommand } from './registry-commands.ts';

/** A command that the journal rejected: in MLflow's terms, with our own code and every fault beside them. */
export class RefusedCommand extends MlflowError {
  readonly ownCode: string | undefined;
  readonly faults: readonly Fault[];

  constructor({ code, message, details }: Rejected) {
    super(code as MlflowErrorCode, message);
    const own = (details ?? {}) as { readonly code?: string; readonly faults?: readonly Fault[] };
    this.ownCode = own.code;
    this.faults = own.faults ?? [];
  }
}

/** Who asks, and for what where the command that is made of it holds more: what is looked up may differ at a repeat. */
export interface Request extends Caller {
  readonly asked?: unknown;
}

/** Appends a command and gives its result; a rejection becomes the error that MLflow's clients know. */
export async function submitCommand(
  journal: RegistryJournal,
  command: RegistryCommand,
  request: Request,
): Promise<Accepted> {
  const applied = await journal.submit(command, request);
  crashPoint('registry.after-append');
  return accepted(applied);
}

/** The first result of a request that is made again; null for a new one. */
export async function firstResult(journal: RegistryJournal, { asked, requestId }: Request): Promise<Accepted | null> {
  const applied = await journal.answered(asked, requestId);
  return applied === null ? null : accepted(applied);
}

function accepted(applied: Applied): Accepted {
  if (applied.ok) return applied;
  throw new RefusedCommand(applied);
}
