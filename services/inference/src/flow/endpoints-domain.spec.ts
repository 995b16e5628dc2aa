import type { CommandMeta } from '@millrace/events';
import { describe, expect, it } from 'vitest';
import type { EndpointCommand, EndpointDefinition } from './endpoints-domain.ts';
import { endpointsDomain } from './endpoints-domain.ts';

const definition: EndpointDefinition = {
  name: 'fraud',
  signature: { featureService: 'payments', featureServiceVersion: 1, features: [{ name: 'amount', type: 'double' }] },
  model: { name: 'fraud-model', target: 'alias:champion' },
  startFrom: 'now',
};

function meta(offset: number): CommandMeta {
  return { offset, atMs: 1000 + offset, actor: 'ana', requestId: `r${offset}`, commandId: `c${offset}` };
}

function journal() {
  const state = endpointsDomain.initial();
  let offset = 0;
  return { state, apply: (command: EndpointCommand) => endpointsDomain.apply(state, command, meta(offset++)) };
}

describe('endpointsDomain', () => {
  it('makes an endpoint that has not scored yet', () => {
    const { apply } = journal();
    expect(apply({ type: 'create-endpoint', definition })).toEqual({
      ok: true,
      result: { ...definition, id: 0, createdAtMs: 1000, createdBy: 'ana', scoresSinceMs: null },
    });
  });

  it('takes the same definition twice, and another one under the same name for a conflict', () => {
    const { apply } = journal();
    const first = apply({ type: 'create-endpoint', definition });
    expect(apply({ type: 'create-endpoint', definition: structuredClone(definition) })).toEqual(first);
    const other = { ...definition, startFrom: 'beginning' } as const;
    expect(apply({ type: 'create-endpoint', definition: other })).toMatchObject({
      ok: false,
      code: 'INFERENCE_ENDPOINT_EXISTS',
    });
  });

  it('lets the first activation decide since when vectors are scored', () => {
    const { apply, state } = journal();
    apply({ type: 'create-endpoint', definition });
    apply({ type: 'activate-endpoint', name: 'fraud', id: 0, scoresSinceMs: 500 });
    apply({ type: 'activate-endpoint', name: 'fraud', id: 0, scoresSinceMs: 900 });
    expect(state.endpoints.get('fraud')?.scoresSinceMs).toBe(500);
  });

  it('does not activate an endpoint that was made anew under the same name', () => {
    const { apply, state } = journal();
    apply({ type: 'create-endpoint', definition });
    apply({ type: 'delete-endpoint', name: 'fraud' });
    apply({ type: 'create-endpoint', definition });
    expect(apply({ type: 'activate-endpoint', name: 'fraud', id: 0, scoresSinceMs: 500 })).toMatchObject({ ok: false });
    expect(state.endpoints.get('fraud')?.scoresSinceMs).toBeNull();
  });

  it('knows nothing of an endpoint that is not there', () => {
    const { apply } = journal();
    for (const type of ['delete-endpoint', 'redeploy-endpoint'] as const) {
      expect(apply({ type, name: 'fraud' })).toMatchObject({ code: 'INFERENCE_ENDPOINT_NOT_FOUND' });
    }
  });
});
