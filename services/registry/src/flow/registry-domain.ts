import type { Applied, CommandMeta, Domain } from '@millrace/events';
import { applyEvidenceCommand } from './apply-evidence-command.ts';
import { applyModelCommand } from './apply-model-command.ts';
import { applyPromotionCommand } from './apply-promotion-command.ts';
import { applyRulesCommand } from './apply-rules-command.ts';
import { applyVersionCommand } from './apply-version-command.ts';
import { watchRegistry } from './audit/watch-registry.ts';
import { watchWebhooks } from './audit/watch-webhooks.ts';
import { changesOfCharge } from './changes-of-charge.ts';
import { changesOfVersions } from './changes-of-versions.ts';
import { withHistory } from './charge-history.ts';
import type {
  EvidenceCommand,
  ModelCommand,
  NamedCommand,
  PromotionCommand,
  RegistryCommand,
  RulesCommand,
  VersionCommand,
} from './registry-commands.ts';
import { emptyRegistry, type RegistryState } from './registry-state.ts';
import { entriesOf, judgePromotions } from './rules/judge-promotions.ts';
import { applyWebhookCommand } from './webhooks/apply-webhook-command.ts';
import { occurrenceOf } from './webhooks/occurrence-of.ts';
import { addDeliveries } from './webhooks/pending-deliveries.ts';
import type { WebhookCommand } from './webhooks/webhook-commands.ts';

const modelTypes = [
  'create-model',
  'describe-model',
  'rename-model',
  'delete-model',
  'tag-model',
] as const satisfies readonly ModelCommand['type'][];
const versionTypes = [
  'create-version',
  'describe-version',
  'delete-version',
  'tag-version',
] as const satisfies readonly VersionCommand['type'][];
const promotionTypes = [
  'transition-stage',
  'set-alias',
  'delete-alias',
  'roll-back',
] as const satisfies readonly PromotionCommand['type'][];
const rulesTypes = ['set-rules', 'delete-rules'] as const satisfies readonly RulesCommand['type'][];
const evidenceTypes = [
  'approve-version',
  'withdraw-approval',
  'report-check',
  'write-card',
] as const satisfies readonly EvidenceCommand['type'][];
const webhookTypes = [
  'create-webhook',
  'update-webhook',
  'delete-webhook',
  'settle-deliveries',
] as const satisfies readonly WebhookCommand['type'][];

/** The registry's rules: what each command does to the models, the same on every instance. */
export const registryDomain: Domain<RegistryState, RegistryCommand> = {
  types: [...modelTypes, ...versionTypes, ...promotionTypes, ...rulesTypes, ...evidenceTypes, ...webhookTypes],
  initial: emptyRegistry,
  watch: (state, command) =>
    isOf(webhookTypes, command) ? watchWebhooks(state.webhooks, command) : watchRegistry(state, command),
  apply(state: RegistryState, command: RegistryCommand, meta: CommandMeta): Applied {
    if (isOf(webhookTypes, command)) return applyWebhookCommand(state, command, meta);
    if (isOf(rulesTypes, command)) return applyRulesCommand(state, command);
    const before = state.models.get(command.name);
    const newName = command.type === 'rename-model' ? command.newName : command.name;
    // As they were before the command: a model that is renamed brings rules of its own along.
    const rules = state.rules.get(newName);
    const undo = remember(state, [command.name, newName]);
    const applied = change(state, command, meta);
    if (!applied.ok) return applied;
    const after = state.models.get(newName);
    if (after !== undefined) {
      const refused = judgePromotions({ before, after }, rules, metricsOf(command));
      if (refused !== null) {
        undo();
        return refused;
      }
      const entered = new Set(entriesOf({ before, after }).map(({ target }) => target));
      state.models.set(newName, withHistory({ before, after, entered, isRollBack: command.type === 'roll-back' }));
    }
    const occurrence = occurrenceOf(command, { model: after, result: applied.result });
    if (occurrence !== null) addDeliveries(state.webhooks.values(), occurrence, meta);
    const events = [
      ...changesOfCharge({ before, after }, command, meta),
      ...changesOfVersions({ before, after }, { command, result: applied.result, meta }),
    ];
    return events.length === 0 ? applied : { ...applied, events };
  },
};

function change(state: RegistryState, command: Exclude<NamedCommand, RulesCommand>, meta: CommandMeta): Applied {
  if (isOf(modelTypes, command)) return applyModelCommand(state, command, meta);
  if (isOf(versionTypes, command)) return applyVersionCommand(state, command, meta);
  if (isOf(evidenceTypes, command)) return applyEvidenceCommand(state, command, meta);
  return applyPromotionCommand(state, command, meta);
}

/** What puts back all that a command may have changed under these names: a refused one leaves no trace. */
function remember(state: RegistryState, names: readonly string[]): () => void {
  const restore = names.flatMap((name) => [
    restorer(state.models, name),
    restorer(state.lastVersion, name),
    restorer(state.rules, name),
  ]);
  return () => {
    for (const put of restore) put();
  };
}

function restorer<T>(map: Map<string, T>, name: string): () => void {
  const value = map.get(name);
  return () => {
    if (value === undefined) map.delete(name);
    else map.set(name, value);
  };
}

function metricsOf(command: RegistryCommand) {
  return ('metrics' in command ? command.metrics : undefined) ?? {};
}

function isOf<T extends RegistryCommand['type']>(
  types: readonly T[],
  command: RegistryCommand,
): command is Extract<RegistryCommand, { type: T }> {
  return (types as readonly string[]).includes(command.type);
}
