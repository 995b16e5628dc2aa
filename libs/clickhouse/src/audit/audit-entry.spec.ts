import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chainEntry, hashOfEntry, hashOfValue } from './audit-entry.ts';
import { anEntry } from './audit-under-test.ts';

describe('the canonical form of an entry', () => {
  it('is each field with its length in bytes, so that anybody can make it again', () => {
    const entry = anEntry({ offset: 7, actor: 'Zoë', after: '{"a":1}' });
    const text = [
      '3:abc,',
      '16:registry.journal,1:1,1:0,1:7,1:0,',
      `64:${entry.valueHash},`,
      '4:1000,4:Zoë,2:r7,9:set-alias,5:alias,14:fraud/champion,8:accepted,0:,0:,4:null,7:{"a":1},',
    ].join('');
    expect(hashOfEntry(entry, 'abc')).toBe(createHash('sha256').update(text).digest('hex'));
  });

  it('tells fields apart whatever they hold', () => {
    const one = hashOfEntry(anEntry({ actor: 'a,1:b', requestId: '' }), '');
    const other = hashOfEntry(anEntry({ actor: 'a', requestId: 'b' }), '');
    expect(one).not.toBe(other);
  });

  it('differs with every field', () => {
    const entry = anEntry({});
    const hashes = Object.keys(entry).map((field) => {
      const value = entry[field as keyof typeof entry];
      return hashOfEntry({ ...entry, [field]: typeof value === 'number' ? value + 1 : `${value}x` }, '');
    });
    expect(new Set([...hashes, hashOfEntry(entry, ''), hashOfEntry(entry, 'p')]).size).toBe(hashes.length + 2);
  });

  it('is made of what can be stored: half a surrogate pair is replaced before it is hashed', () => {
    const chained = chainEntry(anEntry({ after: '"\ud800"' }), '');
    expect(chained.after).toBe('"\ufffd"');
    expect(hashOfEntry(chained, '')).toBe(chained.hash);
  });

  it('has no hash for a record without a value', () => {
    expect([hashOfValue(null), hashOfValue(Buffer.of())].map(({ length }) => length)).toEqual([0, 64]);
  });
});
