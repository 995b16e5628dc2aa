import type { EntityState } from '../windows/entity-state.ts';

/** For tests: the value under a state's own key, which is all that the state consists of. */
export function stateBytes(state: EntityState): Buffer {
  const [head, ...others] = state.writes();
  if (head === undefined || head.bytes === null || head.suffix !== '' || others.length > 0)
    throw new Error('the state consists of more than one value');
  return head.bytes;
}
