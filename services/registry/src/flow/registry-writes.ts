import type { Accepted, Rejected } from '@millrace/events';
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

/** Appends a command and gives its result; a rejection becomes the error that MLflow's clients know. */
export async function submitCommand(
  journal: RegistryJournal,
  command: RegistryCommand,
  caller: Caller,
): Promise<Accepted> {
  const applied = await journal.submit(command, caller);
  crashPoint('registry.after-append');
  if (applied.ok) return applied;
  throw new RefusedCommand(applied);
}
