import type { Accepted } from '@millrace/events';
import { MlflowError, type MlflowErrorCode } from '@millrace/mlflow-protocol';
import { crashPoint, type Caller } from '@millrace/service-kit';
import type { RegistryJournal } from './ports.ts';
import type { RegistryCommand } from './registry-commands.ts';

/** Appends a command and gives its result; a rejection becomes the error that MLflow's clients know. */
export async function submitCommand(
  journal: RegistryJournal,
  command: RegistryCommand,
  caller: Caller,
): Promise<Accepted> {
  const applied = await journal.submit(command, caller);
  crashPoint('registry.after-append');
  if (applied.ok) return applied;
  throw new MlflowError(applied.code as MlflowErrorCode, applied.message);
}
