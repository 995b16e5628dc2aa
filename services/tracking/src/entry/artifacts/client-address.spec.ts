import { expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';

it.each([
  [{ host: 'a:1' }, 'http://a:1'],
  [{ host: 'inner', 'x-forwarded-host': 'outer:8080, inner', 'x-forwarded-proto': 'https' }, 'https://outer:8080'],
  [{ host: 'a', 'x-forwarded-prefix': '/mlflow/' }, 'http://a/mlflow'],
  [{ host: 'a', 'x-forwarded-prefix': '/"><script>' }, 'http://a'],
  [{ host: 'a', 'x-forwarded-proto': 'javascript' }, 'http://a'],
])('%j came to %s', (headers, address) => {
  expect(clientAddress(headers, null)).toBe(address);
});

it('an address that was set counts before all', () => {
  expect(clientAddress({ host: 'a' }, 'https://ml.example')).toBe('https://ml.example');
});
