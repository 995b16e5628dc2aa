import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { digestHeaders, digestsOf } from './content-digests.ts';

const sha256 = createHash('sha256').update('x').digest();
const md5 = createHash('md5').update('x').digest();
const hex = sha256.toString('hex');
const base64 = sha256.toString('base64');

it.each([
  [{}, {}],
  [{ 'x-millrace-sha256': hex }, { sha256: hex }],
  [{ 'x-millrace-sha256': hex.toUpperCase() }, { sha256: hex }],
  [{ 'content-md5': md5.toString('base64') }, { md5: md5.toString('hex') }],
  [{ digest: `SHA-256=${base64},unixsum=30637` }, { sha256: hex }],
  [{ 'repr-digest': `sha-512=:AAAA:, sha-256=:${base64}:` }, { sha256: hex }],
  [{ 'content-digest': `sha-256=:${base64}:`, 'x-millrace-sha256': hex }, { sha256: hex }],
])('%j says %j', (headers, digests) => {
  expect(digestsOf(headers)).toEqual(digests);
});

it.each([
  { 'x-millrace-sha256': 'nonsense' },
  { 'content-md5': 'AAAA' },
  { digest: 'sha-256=AAAA' },
  { 'x-millrace-sha256': hex, digest: `sha-256=${createHash('sha256').update('y').digest('base64')}` },
])('refuses %j', (headers) => {
  expect(() => digestsOf(headers)).toThrow('Invalid');
});

it('tells a digest as it reads one', () => {
  expect(digestsOf({ ...digestHeaders(hex) })).toEqual({ sha256: hex });
});
