import type { Journal } from '@millrace/events';
import { registry } from '@millrace/feast-protocol';
import type { FeaturesCommand, FeaturesState } from '../definitions-domain.ts';
import { registryOf } from './registry-of-definitions.ts';

/** The name of the project for those who name none. */
export const usualProject = 'millrace';

/** The file of a Feast registry, made from the definitions in force. */
export class ServeRegistry {
  readonly #journal: Pick<Journal<FeaturesState, FeaturesCommand>, 'read'>;

  constructor(journal: Pick<Journal<FeaturesState, FeaturesCommand>, 'read'>) {
    this.#journal = journal;
  }

  async file(project: string): Promise<Buffer> {
    return Buffer.from(registry.encode(registryOf(await this.#journal.read(), project)));
  }
}
