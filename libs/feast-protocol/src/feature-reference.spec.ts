import { describe, expect, it } from 'vitest';
import { checkNames, readFeatureReference, readVersionedName, versionedViewName } from './feature-reference.ts';

describe('feature references', () => {
  it('name a view, a version where one is given, and a feature', () => {
    expect(readFeatureReference('card_spend:sum_1d')).toEqual({ view: 'card_spend', feature: 'sum_1d' });
    expect(readFeatureReference('card_spend@v2:sum_1d')).toEqual({ view: 'card_spend', version: 2, feature: 'sum_1d' });
    expect(readFeatureReference('card_spend@latest:sum_1d')).toEqual({ view: 'card_spend', feature: 'sum_1d' });
    expect(readFeatureReference('card_spend@:a:b')).toEqual({ view: 'card_spend', feature: 'a:b' });
    expect(readVersionedName('risk@V12')).toEqual({ name: 'risk', version: 12 });
    expect(readVersionedName('a@b')).toEqual({ name: 'a@b' });
    expect(versionedViewName({ view: 'card_spend', version: 2 })).toBe('card_spend@v2');
  });

  it.each(['card_spend', ':sum', 'card_spend:', ''])('%j names no feature', (text) => {
    expect(() => readFeatureReference(text)).toThrow(`"${text}" names no feature`);
  });

  it('must not give two features of an answer one name', () => {
    const references = ['a:x', 'b:x', 'a@v1:x'].map(readFeatureReference);
    expect(() => checkNames(references, true)).not.toThrow();
    expect(() => checkNames(references, false)).toThrow('two features of the answer are called "x"');
    expect(() => checkNames([...references, ...references.slice(2)], true)).toThrow(
      'called "a@v1__x": ask for each once',
    );
  });
});
