import type { Applied, CommandMeta, Domain } from '@millrace/events';
import { assertNever } from './assert-never.ts';
import type { FrozenReference, Monitor, MonitorDefinition, MonitorNote } from './monitor.ts';

export type MonitorCommand =
  | { readonly type: 'create-monitor'; readonly monitor: MonitorDefinition }
  | { readonly type: 'delete-monitor'; readonly name: string }
  | {
      readonly type: 'note-monitor';
      readonly name: string;
      readonly generation: number;
      readonly note: MonitorNote;
    }
  | {
      readonly type: 'freeze-reference';
      readonly name: string;
      readonly generation: number;
      readonly frozen: FrozenReference;
    };

export type Monitors = Map<string, Monitor>;

/** The journal's rules for monitors: a name is taken once, the same definition again is the same monitor. */
export const monitorsDomain: Domain<Monitors, MonitorCommand> = {
  types: ['create-monitor', 'delete-monitor', 'note-monitor', 'freeze-reference'],
  initial: () => new Map(),
  apply: (monitors, command, meta) => {
    switch (command.type) {
      case 'create-monitor':
        return create(monitors, command.monitor, meta);
      case 'delete-monitor':
        return remove(monitors, command.name);
      case 'note-monitor':
        return change(monitors, command, (monitor) => ({ ...monitor, noted: { ...command.note, sinceMs: meta.atMs } }));
      case 'freeze-reference':
        return change(monitors, command, (monitor) => ({ ...monitor, frozen: monitor.frozen ?? command.frozen }));
      default:
        return assertNever(command);
    }
  },
};

function create(monitors: Monitors, definition: MonitorDefinition, meta: CommandMeta): Applied {
  const existing = monitors.get(definition.name);
  if (existing !== undefined) {
    if (sameDefinition(existing, definition)) return { ok: true, result: existing };
    return {
      ok: false,
      code: 'DRIFT_MONITOR_EXISTS',
      message: `monitor "${definition.name}" exists with another definition: delete it first or choose another name`,
    };
  }
  const monitor: Monitor = { ...definition, generation: meta.offset, createdAtMs: meta.atMs, createdBy: meta.actor };
  monitors.set(definition.name, monitor);
  return { ok: true, result: monitor };
}

/** What an instance found out about a monitor. One that was deleted meanwhile, or made again, is another: nothing is changed. */
function change(
  monitors: Monitors,
  { name, generation }: { readonly name: string; readonly generation: number },
  changed: (monitor: Monitor) => Monitor,
): Applied {
  const monitor = monitors.get(name);
  if (monitor?.generation !== generation) return { ok: true, result: null };
  const result = changed(monitor);
  monitors.set(name, result);
  return { ok: true, result };
}

function remove(monitors: Monitors, name: string): Applied {
  if (!monitors.delete(name)) {
    return { ok: false, code: 'DRIFT_MONITOR_NOT_FOUND', message: `there is no monitor "${name}"` };
  }
  return { ok: true, result: null };
}

/** Definitions come through one parser that fixes the order of keys, and the journal keeps it, so their JSON can be compared. */
function sameDefinition(monitor: Monitor, definition: MonitorDefinition): boolean {
  const {
    generation: _generation,
    createdAtMs: _createdAtMs,
    createdBy: _createdBy,
    noted: _noted,
    frozen: _frozen,
    ...existing
  } = monitor;
  return JSON.stringify(existing) === JSON.stringify(definition);
}
