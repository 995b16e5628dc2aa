import { describe, expect, it } from 'vitest';
import { refused } from '../onnx/refusal.ts';
import { endpoint, EndpointUnderTest, version } from './endpoint-under-test.ts';

describe('ServedEndpoint', () => {
  it('is loading, not inactive, until it is told what is in charge', async () => {
    const { served } = new EndpointUnderTest();
    expect(served.state.kind).toBe('loading');
    expect(served.settled).toBe(false);
    served.awaitVersion('the registry is asked');
    expect(served.state).toEqual({ kind: 'loading', reason: 'the registry is asked' });
    served.withdraw('nobody is in charge');
    expect(served.state).toEqual({ kind: 'inactive', reason: 'nobody is in charge' });
    expect(served.settled).toBe(true);
    served.awaitVersion('the registry is asked again');
    expect(served.state.kind).toBe('inactive');
  });

  it('is inactive with the reason when its charge ends, and goes on with the next version', async () => {
    const stage = new EndpointUnderTest({ ...endpoint, scoresSinceMs: 77 });
    stage.served.offer([version(1)]);
    await stage.settled();
    stage.served.withdraw('the alias was deleted');
    await stage.settled();
    expect(stage.served.state).toEqual({ kind: 'inactive', reason: 'the alias was deleted' });
    expect(stage.did.at(-1)).toBe('stop stream');
    stage.served.offer([version(2)]);
    await stage.settled();
    expect(stage.did.slice(-3)).toEqual(['deploy 2', 'swap to 2', 'open stream since 77']);
    await stage.served.close();
  });

  it('does not score with a version whose charge ended while it was loaded', async () => {
    const stage = new EndpointUnderTest();
    stage.served.offer([version(1)]);
    stage.served.withdraw('the model was deleted');
    await stage.settled();
    expect(stage.did).toEqual(['deploy 1']);
    expect(stage.served.state.kind).toBe('inactive');
  });

  it('does not load again what it is told again', async () => {
    const stage = new EndpointUnderTest();
    stage.refuse(1);
    stage.served.offer([version(1)]);
    await stage.settled();
    stage.served.offer([version(1)]);
    await stage.settled();
    expect(stage.did.filter((what) => what.startsWith('deploy'))).toEqual(['deploy 1']);
  });

  it('opens its stream only after the model is loaded', async () => {
    const stage = new EndpointUnderTest();
    stage.served.offer([version(1)]);
    expect(stage.served.state.kind).toBe('loading');
    await stage.settled();
    expect(stage.did).toEqual(['deploy 1', 'swap to 1', 'activate with 1', 'open stream since 1000']);
    expect(stage.served.state).toMatchObject({ kind: 'active', model: { version: { version: '1' } } });
    await stage.served.close();
    expect(stage.did.at(-1)).toBe('stop stream');
  });

  it('does not decide again since when it scores', async () => {
    const stage = new EndpointUnderTest({ ...endpoint, scoresSinceMs: 77 });
    stage.served.offer([version(1)]);
    await stage.settled();
    expect(stage.did).toEqual(['deploy 1', 'swap to 1', 'open stream since 77']);
    await stage.served.close();
  });

  it('keeps the running version when a promoted one is refused, and tells the refusal until a good one comes', async () => {
    const stage = new EndpointUnderTest();
    stage.refuse(2);
    stage.served.offer([version(1)]);
    await stage.settled();
    stage.served.offer([version(1), version(2)]);
    await stage.settled();
    expect(stage.served.active?.version.version).toBe('1');
    expect(stage.served.lastRefusal).toEqual({
      version: '2',
      code: 'INFERENCE_MODEL_CUSTOM_OPERATORS',
      reason: 'not ours',
      atMs: 5000,
      retryAtMs: null,
    });
    stage.served.offer([version(1), version(2), version(3)]);
    await stage.settled();
    expect(stage.served.active?.version.version).toBe('3');
    expect(stage.served.lastRefusal).toBeNull();
    await stage.served.close();
  });

  it('comes back after a restart with the version that was running when the newest was refused', async () => {
    const stage = new EndpointUnderTest();
    stage.refuse(3);
    stage.served.offer([version(1), version(2), version(3)]);
    await stage.settled();
    expect(stage.served.active?.version.version).toBe('2');
    expect(stage.served.lastRefusal?.version).toBe('3');
    expect(stage.did).not.toContain('deploy 1');
    await stage.served.close();
  });

  it('is inactive with the reason when its only version is refused', async () => {
    const stage = new EndpointUnderTest();
    stage.refuse(1);
    stage.served.offer([version(1)]);
    await stage.settled();
    expect(stage.served.state).toEqual({
      kind: 'inactive',
      reason: 'version 1 was refused (INFERENCE_MODEL_CUSTOM_OPERATORS): not ours',
    });
    expect(stage.did).toEqual(['deploy 1', 'refuse INFERENCE_MODEL_CUSTOM_OPERATORS']);
  });

  it('tries again what may pass, longer and longer apart, and does not go back to an older version for it', async () => {
    const stage = new EndpointUnderTest();
    let failures = 2;
    stage.verdicts.set('2', async () =>
      failures-- > 0 ? refused('INFERENCE_MODEL_TRIAL_TIMEOUT', 'busy') : EndpointUnderTest.load(),
    );
    stage.served.offer([version(1), version(2)]);
    await stage.settled();
    expect(stage.served.state).toMatchObject({ kind: 'loading', reason: expect.stringContaining('busy') as string });
    expect(stage.served.lastRefusal).toMatchObject({ version: '2', retryAtMs: 5000 });
    while (stage.served.state.kind !== 'active') await new Promise((resolve) => setImmediate(resolve));
    await stage.settled();
    expect(stage.did.filter((what) => /deploy|pause/.test(what))).toEqual([
      'deploy 2',
      'pause 0',
      'deploy 2',
      'pause 1',
      'deploy 2',
    ]);
    expect(stage.served.lastRefusal).toBeNull();
    await stage.served.close();
  });

  it('tries what was refused for its content again only when it is told to', async () => {
    const stage = new EndpointUnderTest();
    stage.refuse(1);
    stage.served.offer([version(1)]);
    await stage.settled();
    stage.verdicts.clear();
    stage.served.redeploy();
    await stage.settled();
    expect(stage.served.active?.version.version).toBe('1');
    stage.served.redeploy();
    await stage.settled();
    expect(stage.did.filter((what) => what.startsWith('deploy'))).toEqual(['deploy 1', 'deploy 1']);
    await stage.served.close();
  });

  it('is ready while another version is loaded beside the one that scores', async () => {
    const stage = new EndpointUnderTest();
    stage.served.offer([version(1)]);
    expect(stage.served.isReady).toBe(false);
    await stage.settled();
    stage.served.offer([version(1), version(2)]);
    expect([stage.served.settled, stage.served.isReady]).toEqual([false, true]);
    await stage.settled();
    await stage.served.close();
  });

  it('waits for a registry that is down instead of going without the model', async () => {
    const stage = new EndpointUnderTest();
    let failures = 1;
    stage.verdicts.set('1', async () => {
      if (failures-- > 0) throw new Error('connect ECONNREFUSED');
      return EndpointUnderTest.load();
    });
    stage.served.offer([version(1)]);
    while (stage.served.state.kind === 'loading' && stage.served.state.reason !== 'connect ECONNREFUSED') {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(stage.did).toEqual(['deploy 1']);
    await stage.settled();
    expect(stage.served.state.kind).toBe('active');
    await stage.served.close();
  });

  it('goes straight to the newest of several promotions that come while one is loaded', async () => {
    const stage = new EndpointUnderTest();
    stage.served.offer([version(1)]);
    stage.served.offer([version(1), version(2)]);
    stage.served.offer([version(1), version(2), version(3)]);
    await stage.settled();
    expect(stage.did.filter((what) => what.startsWith('deploy'))).toEqual(['deploy 1', 'deploy 3']);
    expect(stage.served.active?.version.version).toBe('3');
    await stage.served.close();
  });
});
