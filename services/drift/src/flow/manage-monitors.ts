import { CodedError } from '@millrace/service-kit';
import type { Journal } from '@millrace/events';
import { faultsOfMonitor } from './check-monitor.ts';
import type { Neighbours } from './check-monitor.ts';
import type { FrozenReference, Monitor, MonitorDefinition, MonitorNote } from './monitor.ts';
import type { MonitorCommand, Monitors } from './monitors-domain.ts';

export type MonitorsJournal = Pick<Journal<Monitors, MonitorCommand>, 'submit' | 'read'>;

export interface Asker {
  readonly actor: string;
  readonly requestId?: string;
}

export function monitorNotFound(name: string): CodedError {
  return new CodedError('DRIFT_MONITOR_NOT_FOUND', `there is no monitor "${name}"`);
}

/** Monitors as people make and see them: every write goes through the journal. */
export class ManageMonitors {
  readonly #journal: MonitorsJournal;

  readonly #neighbours: Neighbours;

  constructor(journal: MonitorsJournal, neighbours: Neighbours) {
    this.#journal = journal;
    this.#neighbours = neighbours;
  }

  async create(monitor: MonitorDefinition, asker: Asker): Promise<Monitor> {
    const faults = await faultsOfMonitor(monitor, this.#neighbours);
    if (faults.length > 0) {
      const message = faults.map((fault) => `${fault.path}: ${fault.message}`).join('; ');
      throw new CodedError('REQUEST_INVALID', message, { faults });
    }
    return (await this.#submit({ type: 'create-monitor', monitor }, asker)) as Monitor;
  }

  async delete(name: string, asker: Asker): Promise<void> {
    await this.#submit({ type: 'delete-monitor', name }, asker);
  }

  /** What the leading instance has to say of a monitor; saying the same again writes nothing. */
  async note(monitor: Monitor, note: MonitorNote): Promise<void> {
    if (monitor.noted?.state === note.state && monitor.noted.reason === note.reason) return;
    const { name, generation } = monitor;
    await this.#submit({ type: 'note-monitor', name, generation, note }, { actor: 'drift' });
  }

  /** The reference of a monitor as it stays: the first one that was written. */
  async freeze({ name, generation }: Monitor, frozen: FrozenReference): Promise<FrozenReference> {
    const kept = (await this.#submit(
      { type: 'freeze-reference', name, generation, frozen },
      { actor: 'drift' },
    )) as Monitor | null;
    return kept?.frozen ?? frozen;
  }

  async list(): Promise<Monitor[]> {
    return [...(await this.#journal.read()).values()];
  }

  async get(name: string): Promise<Monitor> {
    const monitor = (await this.#journal.read()).get(name);
    if (monitor === undefined) throw monitorNotFound(name);
    return monitor;
  }

  async #submit(command: MonitorCommand, asker: Asker): Promise<unknown> {
    const submitted = await this.#journal.submit(command, asker);
    if (!submitted.ok) throw new CodedError(submitted.code, submitted.message);
    return submitted.result;
  }
}
