import type { Journal } from '@millrace/events';
import { answerRegistryCall, registry } from '@millrace/feast-protocol';
import type { FeaturesCommand, FeaturesState } from '../definitions-domain.ts';
import { registryOf } from './registry-of-definitions.ts';

/** Calls that name no project get it under this name. */
export const usualProject = 'millrace';

/** A Feast registry as a file and by calls, made from the definitions in force. */
export class ServeRegistry {
  readonly #journal: Pick<Journal<FeaturesState, FeaturesCommand>, 'read'>;

  constructor(journal: Pick<Journal<FeaturesState, FeaturesCommand>, 'read'>) {
    this.#journal = journal;
  }

  async file(project: string): Promise<Buffer> {
    return Buffer.from(registry.encode(registryOf(await this.#journal.read(), project)));
  }

  /** One call of Feast's registry server. @throws FeastError when it asks for what is not there, or writes. */
  async call(method: string, request: Uint8Array): Promise<Uint8Array> {
    const state = await this.#journal.read();
    return answerRegistryCall(method, request, (project) => registryOf(state, project === '' ? usualProject : project));
  }
}
