import { expect, test } from 'vitest';
import { aborted, uninterrupted } from './interrupt.ts';
import { together } from './together.ts';

test('the first failure is thrown after the others were told and have ended', async () => {
  const ended: string[] = [];
  const patient = async (signal: AbortSignal): Promise<void> => {
    await aborted(signal);
    await new Promise((resolve) => setImmediate(resolve));
    ended.push('patient');
    throw new Error('of the second');
  };
  const broken = (): Promise<void> => Promise.reject(new Error('of the first'));
  await expect(together(uninterrupted, [patient, broken])).rejects.toThrow('of the first');
  expect(ended).toEqual(['patient']);
});

test('an interrupt reaches every work and is what is thrown', async () => {
  const person = new AbortController();
  const works = together(person.signal, [
    aborted,
    (signal) => aborted(signal).then(() => Promise.reject(new Error('x'))),
  ]);
  person.abort(new Error('interrupted'));
  await expect(works).rejects.toThrow('interrupted');
});

test('what succeeds throws nothing', async () => {
  await expect(together(uninterrupted, [() => Promise.resolve(1)])).resolves.toBeUndefined();
});
