import { describe, expect, it } from 'vitest';
import { fixtureModel } from './fixture-model.ts';
import { admitModel } from './admit-model.ts';
import type { FeatureSignature } from './feature-signature.ts';

const limits = { maxModelBytes: 1_000_000, maxNodes: 1000, maxInputs: 100 };
const threeNumbers: FeatureSignature = {
  featureService: 'payments',
  featureServiceVersion: 2,
  features: ['a', 'b', 'c'].map((name) => ({ name, type: 'double' })),
};
const mixed: FeatureSignature = {
  featureService: 'payments',
  featureServiceVersion: 2,
  features: [
    { name: 'night', type: 'boolean' },
    { name: 'country', type: 'string' },
    { name: 'amount', type: 'double' },
  ],
};

function refusalOf(bytes: Uint8Array, signature = threeNumbers): { code: string; reason: string } {
  const verdict = admitModel(bytes, signature, limits);
  if (verdict.ok) throw new Error('the model was admitted');
  return verdict.refusal;
}

describe('a model that fits', () => {
  it('takes all numbers as one matrix and gives one score a row', () => {
    expect(admitModel(fixtureModel('linear-v1'), threeNumbers, limits)).toEqual({
      ok: true,
      value: {
        inputs: { kind: 'matrix', input: 'features', elementType: 'float32', width: 3 },
        output: { name: 'score', kind: 'single' },
      },
    });
  });

  it('is scored by the probability of class 1 when it is a classifier', () => {
    const verdict = admitModel(fixtureModel('lightgbm'), threeNumbers, limits);
    expect(verdict).toMatchObject({ value: { output: { name: 'probabilities', kind: 'positive-class' } } });
  });

  it('may take one input a feature by name, in any order and type that fits', () => {
    const verdict = admitModel(fixtureModel('columns'), mixed, limits);
    expect(verdict).toMatchObject({
      value: {
        inputs: {
          kind: 'columns',
          columns: [
            { input: 'amount', elementType: 'float32', list: 'numbers', index: 1, rank: 2 },
            { input: 'country', elementType: 'string', list: 'strings', index: 0, rank: 1 },
            { input: 'night', elementType: 'bool', list: 'numbers', index: 0, rank: 2 },
          ],
        },
      },
    });
  });
});

it('finds the strings that a model knows of each input, for trying it', () => {
  const features = ['country', 'shop'].map((name) => ({ name, type: 'string' }));
  const verdict = admitModel(fixtureModel('categorical'), { ...mixed, features }, limits);
  expect(verdict).toMatchObject({
    value: {
      inputs: {
        columns: [
          { input: 'country', categories: ['AT', 'DE'] },
          { input: 'shop', categories: ['web', 'till', 'phone'] },
        ],
      },
      output: { name: 'probabilities', kind: 'positive-class' },
    },
  });
});

describe('a model is refused with the reason', () => {
  it.each([
    ['zipmap', 'INFERENCE_MODEL_NON_TENSOR_OUTPUT', /zipmap=False/],
    ['external-data', 'INFERENCE_MODEL_EXTERNAL_DATA', /"weights".*save_as_external_data=False/],
    ['custom-operator', 'INFERENCE_MODEL_CUSTOM_OPERATORS', /acme\.secret:Oracle/],
    ['loop', 'INFERENCE_MODEL_UNBOUNDED_OPERATORS', /Loop/],
    ['four-features', 'INFERENCE_MODEL_INPUT_MISMATCH', /takes 4 features, .*"payments" version 2 makes 3/],
    ['one-row', 'INFERENCE_MODEL_INPUT_MISMATCH', /exactly 1 rows.*free first dimension/],
    ['two-inputs', 'INFERENCE_MODEL_INPUT_MISMATCH', /"left", "right" are no features/],
    ['label-only', 'INFERENCE_MODEL_OUTPUT_UNSUITABLE', /"label"/],
    ['three-classes', 'INFERENCE_MODEL_OUTPUT_UNSUITABLE', /3 classes/],
  ])('%s', (name, code, reason) => {
    const refusal = refusalOf(fixtureModel(name));
    expect(refusal.code).toBe(code);
    expect(refusal.reason).toMatch(reason);
  });

  it('when it takes a matrix but the feature service makes strings', () => {
    const refusal = refusalOf(fixtureModel('linear-v1'), mixed);
    expect(refusal).toMatchObject({ code: 'INFERENCE_MODEL_INPUT_MISMATCH' });
    expect(refusal.reason).toContain('has the features "country", which are no numbers');
  });

  it('when a named input takes another type than its feature has', () => {
    const text = {
      ...mixed,
      features: mixed.features.map((f) => (f.name === 'amount' ? { ...f, type: 'string' } : f)),
    };
    expect(refusalOf(fixtureModel('columns'), text).reason).toBe(
      'input "amount" takes float32, but feature "amount" is a string',
    );
  });

  it('when it is larger than the limit', () => {
    const verdict = admitModel(fixtureModel('lightgbm'), threeNumbers, { ...limits, maxModelBytes: 1000 });
    expect(verdict).toMatchObject({ refusal: { code: 'INFERENCE_MODEL_TOO_LARGE' } });
  });

  it('when its bytes are garbage, empty, or cut anywhere', () => {
    const whole = fixtureModel('lightgbm');
    expect(refusalOf(Buffer.from('#!/bin/sh\necho hello\n')).code).toBe('INFERENCE_MODEL_UNREADABLE');
    expect(refusalOf(Buffer.alloc(0)).code).toBe('INFERENCE_MODEL_UNREADABLE');
    for (const part of [0.1, 0.5, 0.9]) {
      expect(refusalOf(whole.subarray(0, Math.floor(whole.length * part))).code).toBe('INFERENCE_MODEL_UNREADABLE');
    }
  });
});
