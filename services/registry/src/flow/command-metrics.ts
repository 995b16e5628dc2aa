import type { Journal } from '@millrace/events';
import type { ServiceMetrics } from '@millrace/service-kit';
import type { RegistryCommand } from './registry-commands.ts';
import type { RegistryState } from './registry-state.ts';

/** Counts what the journal brings, and how large the registry is. */
export function countCommands(journal: Journal<RegistryState, RegistryCommand>, metrics: ServiceMetrics): void {
  const commands = metrics.counter({
    name: 'journal_commands_total',
    help: 'Commands applied since the start of this instance, replayed ones too.',
    labels: ['type', 'outcome'],
  });
  journal.onApplied(({ command, applied }) =>
    commands.inc({ type: command.type, outcome: applied.ok ? 'accepted' : 'rejected' }),
  );
  metrics.gauge({
    name: 'registered_models_count',
    help: 'Registered models.',
    collect: (gauge) => gauge.set(journal.state.models.size),
  });
  metrics.gauge({
    name: 'journal_position_offset',
    help: 'Next journal offset to apply.',
    collect: (gauge) => gauge.set(journal.position),
  });
}
