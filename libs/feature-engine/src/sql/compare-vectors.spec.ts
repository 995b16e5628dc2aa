import { describe, expect, it } from 'vitest';
import type { FeatureType } from '../plans/feature-type.ts';
import { compareVectors } from './compare-vectors.ts';

function differ(type: FeatureType, served: string | null, recomputed: string | null): boolean {
  const service = { features: [{ name: 'x', type, slot: 0 }] };
  const vector = (text: string | null) => ({ numbers: [], strings: [text] });
  return compareVectors(service, vector(served), vector(recomputed)).length > 0;
}

describe('lists and maps', () => {
  it('agree when their values do, whatever the text of a number and the order of keys', () => {
    expect(differ('list', '[1,2.5,null,"a"]', '[1.0,2.5000000000001,null,"a"]')).toBe(false);
    expect(differ('map', '{"a":1,"b":[2]}', '{"b": [2], "a": 1}')).toBe(false);
    expect(differ('list', null, null)).toBe(false);
  });

  it('differ in order, length, a key or a value', () => {
    expect(differ('list', '[1,2]', '[2,1]')).toBe(true);
    expect(differ('list', '[1,2]', '[1,2,3]')).toBe(true);
    expect(differ('list', '[1]', '[1.001]')).toBe(true);
    expect(differ('list', '[]', null)).toBe(true);
    expect(differ('map', '{"a":1}', '{"b":1}')).toBe(true);
    expect(differ('map', '{"a":1}', '{"a":"1"}')).toBe(true);
  });

  it('are not what texts are compared as', () => {
    expect(differ('string', '[1]', '[1.0]')).toBe(true);
  });
});
