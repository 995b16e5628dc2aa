import { describe, expect, it } from 'vitest';
import { PositionBarrier } from './position-barrier.ts';

/** Lets a test answer each question itself. */
class Questions {
  readonly asked: ((end: number) => void)[] = [];
  readonly ask = (): Promise<number> => new Promise((resolve) => this.asked.push(resolve));
}

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

describe('PositionBarrier', () => {
  it('asks once for all who wait, and again for those who came while it was asking', async () => {
    const questions = new Questions();
    const barrier = new PositionBarrier(questions.ask);
    let early = 0;
    let late = 0;
    const first = [1, 2, 3].map(() => barrier.reached().then(() => (early += 1)));
    await settle();
    expect(questions.asked).toHaveLength(1);
    const second = [1, 2].map(() => barrier.reached().then(() => (late += 1)));
    await settle();
    expect(questions.asked).toHaveLength(1);
    questions.asked[0]?.(5);
    barrier.advance(5);
    await Promise.all(first);
    expect({ early, late }).toEqual({ early: 3, late: 0 });
    expect(questions.asked).toHaveLength(2);
    questions.asked[1]?.(7);
    barrier.advance(6);
    await settle();
    expect(late).toBe(0);
    barrier.advance(7);
    await Promise.all(second);
    expect(late).toBe(2);
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
