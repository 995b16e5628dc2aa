import type { Journal } from '@millrace/events';
import type { Named, Subject, Subjects } from '@millrace/people';
import type { MonitorCommand, Monitors } from '../monitors-domain.ts';

/** A monitor belongs to its endpoint; whose that is, inference says. */
export class MonitoredSubjects implements Subjects {
  readonly #journal: Pick<Journal<Monitors, MonitorCommand>, 'state' | 'read'>;
  readonly #endpoints: Subjects;

  constructor(journal: Pick<Journal<Monitors, MonitorCommand>, 'state' | 'read'>, endpoints: Subjects) {
    this.#journal = journal;
    this.#endpoints = endpoints;
  }

  async find(named: Named): Promise<Subject | null> {
    if (named.kind === 'endpoint') return this.#endpoints.find(named);
    if (named.kind !== 'monitor') return null;
    // What this instance does not know yet, another one may have acknowledged.
    const monitor = this.#journal.state.get(named.id) ?? (await this.#journal.read()).get(named.id);
    return monitor === undefined ? null : this.#endpoints.find({ kind: 'endpoint', id: monitor.endpoint });
  }
}
