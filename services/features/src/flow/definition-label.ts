import { definitionKey, type Definition } from '@millrace/feature-engine';

/** Names a definition among all kinds: `feature-view card_spend@1`. */
export function labelOf(definition: Definition): string {
  return `${definition.kind} ${definitionKey(definition)}`;
}
