import type { CommandMeta, PublicEvent } from '@millrace/events';
import { versionArchived } from '../publish/version-archived.ts';
import { versionRegistered } from '../publish/version-registered.ts';
import type { RegistryCommand } from './registry-commands.ts';
import { servingStages, type ModelVersion, type RegisteredModel } from './registry-state.ts';

/** The events of versions that a command registered or archived; a command that only moves others tells of those. */
export function changesOfVersions(
  { before, after }: { readonly before: RegisteredModel | undefined; readonly after: RegisteredModel | undefined },
  {
    command,
    result,
    meta,
  }: { readonly command: RegistryCommand; readonly result: unknown; readonly meta: CommandMeta },
): PublicEvent[] {
  if (command.type === 'create-version') return [versionRegistered(result as ModelVersion, meta)];
  if (before === undefined || after === undefined) return [];
  if (command.type !== 'transition-stage' && command.type !== 'roll-back') return [];
  const moved = command.type === 'transition-stage' ? [command.version] : [];
  const candidates = new Set([...servingStages.flatMap((stage) => before.serving[stage]), ...moved]);
  return [...candidates].flatMap((number) => {
    const [old, now] = [before.versions.get(number), after.versions.get(number)];
    const isArchived = old !== undefined && now?.stage === 'Archived' && old.stage !== 'Archived';
    return isArchived ? [versionArchived({ before: old, after: now, meta })] : [];
  });
}
