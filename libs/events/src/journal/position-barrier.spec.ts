import { describe, expect, it } from 'vitest';
import { PositionBarrier } from './position-barrier.ts';

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

describe('PositionBarrier', () => {
  it('lets readers go on once all is applied that the log held when they came', async () => {
    let end = 5;
    const barrier = new PositionBarrier(async () => end);
    const done: string[] = [];
    const early = barrier.reached().then(() => done.push('early'));
    await settle();
    end = 7;
    const late = barrier.reached().then(() => done.push('late'));
    barrier.advance(5);
    await early;
    barrier.advance(6);
    await settle();
    expect(done).toEqual(['early']);
    barrier.advance(7);
    await late;
    expect(done).toEqual(['early', 'late']);
  });

  it('asks again after a question that failed', async () => {
    let fails = true;
    const barrier = new PositionBarrier(async () => {
      if (fails) throw new Error('down');
      return 0;
    });
    await expect(barrier.reached()).rejects.toThrow('down');
    fails = false;
    await barrier.reached();
  });

  it('fails those who wait and those who come when the log cannot be followed', async () => {
    const barrier = new PositionBarrier(async () => 9);
    const waiting = barrier.passed(9, () => true);
    barrier.fail(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(barrier.passed(0, () => true)).rejects.toThrow('gone');
  });
});
