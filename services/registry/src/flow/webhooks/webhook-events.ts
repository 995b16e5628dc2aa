/** What a webhook may hear of, by entity; both are written as MLflow's protocol numbers them, counted from one. */
export const webhookEntities = [
  'registered_model',
  'model_version',
  'model_version_tag',
  'model_version_alias',
  'prompt',
  'prompt_version',
  'prompt_tag',
  'prompt_version_tag',
  'prompt_alias',
  'budget_policy',
] as const;
export type WebhookEntity = (typeof webhookEntities)[number];

export const webhookActions = ['created', 'updated', 'deleted', 'set', 'exceeded'] as const;
export type WebhookAction = (typeof webhookActions)[number];

export interface WebhookEvent {
  readonly entity: WebhookEntity;
  readonly action: WebhookAction;
}

/** In alphabetical order, as MLflow lists them when it refuses another. Budgets exist in MLflow's gateway only: here no event of theirs ever comes. */
const actionsOf: Readonly<Record<WebhookEntity, readonly WebhookAction[]>> = {
  registered_model: ['created'],
  model_version: ['created'],
  model_version_tag: ['deleted', 'set'],
  model_version_alias: ['created', 'deleted'],
  prompt: ['created'],
  prompt_version: ['created'],
  prompt_tag: ['deleted', 'set'],
  prompt_version_tag: ['deleted', 'set'],
  prompt_alias: ['created', 'deleted'],
  budget_policy: ['exceeded'],
};

/** Why such an event cannot be, in MLflow's words; null when it can. */
export function faultOfEvent({ entity, action }: WebhookEvent): string | null {
  const actions = actionsOf[entity];
  if (actions.includes(action)) return null;
  const valid = actions.map((each) => `'${each}'`).join(', ');
  return `Invalid action '${action}' for entity '${entity}'. Valid actions are: [${valid}]`;
}

/** `model_version.created`: how people and metrics name an event. */
export function nameOfEvent({ entity, action }: WebhookEvent): string {
  return `${entity}.${action}`;
}

export function isSameEvent(a: WebhookEvent, b: WebhookEvent): boolean {
  return a.entity === b.entity && a.action === b.action;
}
