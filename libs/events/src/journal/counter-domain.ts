import type { Applied, Domain } from './journal-domain.ts';

/** A domain for this package's own tests: named counters that never go below zero. */
export interface CounterState {
  readonly counts: Map<string, number>;
}

export type CounterCommand =
  | { readonly type: 'add'; readonly name: string; readonly by: number }
  | { readonly type: 'promote'; readonly model: string; readonly version: string; readonly targets: readonly string[] };

export const counterDomain: Domain<CounterState, CounterCommand> = {
  types: ['add', 'promote'],
  initial: () => ({ counts: new Map() }),
  apply: (state, command, meta): Applied => {
    if (command.type === 'promote') {
      const { model, version } = command;
      return {
        ok: true,
        result: null,
        events: command.targets.map((target) => ({
          topic: 'registry.model-promoted',
          key: model,
          value: {
            model,
            version,
            target,
            previousVersion: null,
            runId: null,
            actor: meta.actor,
            artifactHash: 'hash',
            artifactUri: 'uri',
            promotedAtMs: meta.atMs,
          },
        })),
      };
    }
    const count = (state.counts.get(command.name) ?? 0) + command.by;
    if (count < 0) return { ok: false, code: 'COUNTER_NEGATIVE', message: `"${command.name}" would become ${count}` };
    state.counts.set(command.name, count);
    return { ok: true, result: count };
  },
};
