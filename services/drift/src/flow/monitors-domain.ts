import type { Applied, CommandMeta, Domain } from '@millrace/events';
import type { Monitor, MonitorDefinition } from './monitor.ts';

export type MonitorCommand =
  | { readonly type: 'create-monitor'; readonly monitor: MonitorDefinition }
  | { readonly type: 'delete-monitor'; readonly name: string };

export type Monitors = Map<string, Monitor>;

/** The journal's rules for monitors: a name is taken once, the same definition again is the same monitor. */
export const monitorsDomain: Domain<Monitors, MonitorCommand> = {
  types: ['create-monitor', 'delete-monitor'],
  initial: () => new Map(),
  apply: (monitors, command, meta) =>
    command.type === 'create-monitor' ? create(monitors, command.monitor, meta) : remove(monitors, command.name),
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

function remove(monitors: Monitors, name: string): Applied {
  if (!monitors.delete(name)) {
    return { ok: false, code: 'DRIFT_MONITOR_NOT_FOUND', message: `there is no monitor "${name}"` };
  }
  return { ok: true, result: null };
}

/** Definitions come through one parser that fixes the order of keys, and the journal keeps it, so their JSON can be compared. */
function sameDefinition(monitor: Monitor, definition: MonitorDefinition): boolean {
  const { generation: _generation, createdAtMs: _createdAtMs, createdBy: _createdBy, ...existing } = monitor;
  return JSON.stringify(existing) === JSON.stringify(definition);
}
