import type { CommandMeta, PublicEvent } from '@millrace/events';
import { modelPromoted } from '../publish/model-promoted.ts';
import { promotionEnded } from '../publish/promotion-ended.ts';
import { chargeOf, mayChangeCharge } from './charge.ts';
import type { RegistryCommand } from './registry-commands.ts';
import type { RegisteredModel } from './registry-state.ts';

type Charge = ReturnType<typeof chargeOf>;

/**
 * The events of one command: what is in charge of each target before and after it is all that counts, so no way to
 * change it can be forgotten. A version that takes over, also because the one before it left, is promoted; a target
 * that nobody is in charge of any more has an end. The same version once more changes nothing for anybody.
 */
export function changesOfCharge(
  { before, after }: { readonly before: RegisteredModel | undefined; readonly after: RegisteredModel | undefined },
  command: RegistryCommand,
  meta: CommandMeta,
): PublicEvent[] {
  if (!mayChangeCharge(before, after)) return [];
  // Under another name all of it ends and begins: whoever follows a model follows its name.
  const isRenamed = before !== undefined && after !== undefined && before.name !== after.name;
  if (isRenamed) {
    return [
      ...changesOfCharge({ before, after: undefined }, command, meta),
      ...changesOfCharge({ before: undefined, after }, command, meta),
    ];
  }
  const earlier: Charge = before === undefined ? new Map() : chargeOf(before);
  const later: Charge = after === undefined ? new Map() : chargeOf(after);
  const events: PublicEvent[] = [];
  for (const [target, version] of earlier) {
    if (!later.has(target)) events.push(promotionEnded({ version, target, reason: reasonOf(command), meta }));
  }
  for (const [target, version] of later) {
    const previous = earlier.get(target);
    if (previous?.version !== version.version) events.push(modelPromoted({ version, previous, target, meta }));
  }
  return events;
}

/** What happened to the charge, in words that a person who looks for a missing model understands. */
function reasonOf(command: RegistryCommand): string {
  switch (command.type) {
    case 'delete-alias':
      return `alias "${command.alias}" was deleted`;
    case 'delete-version':
      return `version ${command.version} was deleted`;
    case 'delete-model':
      return `model "${command.name}" was deleted`;
    case 'rename-model':
      return `model "${command.name}" was renamed to "${command.newName}"`;
    case 'transition-stage':
      return `version ${command.version} was moved to stage ${command.stage}`;
    case 'roll-back':
      return `${command.target} was rolled back to version ${command.to}`;
    default:
      return command.type;
  }
}
