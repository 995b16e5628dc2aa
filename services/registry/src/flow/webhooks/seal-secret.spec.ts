import { expect, it } from 'vitest';
import { SecretSeal } from './seal-secret.ts';

const seal = new SecretSeal(Buffer.alloc(32, 1));

it('what was sealed is opened again, and does not hold the secret', () => {
  const sealed = seal.seal('pssst ü', 'request');
  expect(sealed).not.toContain('pssst');
  expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('pssst');
  expect(seal.open(sealed)).toBe('pssst ü');
});

it('the same request seals alike, another one differently', () => {
  expect(seal.seal('a', 'r')).toBe(seal.seal('a', 'r'));
  expect(seal.seal('a', 'r')).not.toBe(seal.seal('a', 's'));
  expect(seal.seal('a', 'r')).not.toBe(seal.seal('b', 'r'));
});

it('another key and a changed text are refused', () => {
  const sealed = seal.seal('a', 'r');
  expect(() => new SecretSeal(Buffer.alloc(32, 2)).open(sealed)).toThrow('was sealed under key');
  const [form, id, text = ''] = sealed.split('.');
  const changed = Buffer.from(text, 'base64url');
  changed[12] = (changed[12] ?? 0) ^ 1;
  expect(() => seal.open([form, id, changed.toString('base64url')].join('.'))).toThrow();
});
