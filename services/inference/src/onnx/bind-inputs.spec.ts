import { describe, expect, it } from 'vitest';
import { bindInputs } from './bind-inputs.ts';
import type { FeatureSignature } from './feature-signature.ts';
import type { ElementType, OnnxValue } from './onnx-model.ts';

const signature: FeatureSignature = {
  featureService: 'payments',
  featureServiceVersion: 2,
  features: [
    { name: 'amount', type: 'double' },
    { name: 'night', type: 'boolean' },
  ],
};
const onlyBooleans = { ...signature, features: [{ name: 'night', type: 'boolean' }] };

function input(name: string, elementType: ElementType, shape: readonly (number | null)[] = [null, 1]): OnnxValue {
  return { name, type: { kind: 'tensor', elementType, code: 0, shape } };
}

describe('an input that does not hold every value of its feature is refused with both types', () => {
  it.each(['int64', 'int32', 'bool', 'string'] as const)('%s for a double', (elementType) => {
    const bound = bindInputs([input('amount', elementType), input('night', 'bool')], signature);
    expect(bound).toMatchObject({
      refusal: {
        code: 'INFERENCE_MODEL_INPUT_MISMATCH',
        reason: `input "amount" takes ${elementType}, but feature "amount" is a double`,
      },
    });
  });

  it('an integer matrix with a double among the features', () => {
    expect(bindInputs([input('x', 'int64', [null, 2])], signature)).toMatchObject({
      refusal: { reason: expect.stringContaining('takes int64, but feature "amount" is a double') as string },
    });
    expect(bindInputs([input('x', 'int64', [null, 1])], onlyBooleans)).toMatchObject({ ok: true });
  });
});

it.each(['list', 'map'])('a %s fits into no input, and lies among the texts', (type) => {
  const features = [
    { name: 'amounts', type },
    { name: 'country', type: 'string' },
  ];
  for (const elementType of ['string', 'float32'] as const) {
    expect(
      bindInputs([input('amounts', elementType), input('country', 'string')], { ...signature, features }),
    ).toMatchObject({
      refusal: { reason: `input "amounts" takes ${elementType}, but feature "amounts" is a ${type}` },
    });
  }
  expect(bindInputs([input('country', 'string')], { ...signature, features })).toMatchObject({
    value: { columns: [{ list: 'strings', index: 1 }] },
  });
});

it.each(['bool', 'int32', 'int64', 'float32', 'float64'] as const)('a boolean fits into %s', (elementType) => {
  expect(bindInputs([input('night', elementType)], onlyBooleans)).toMatchObject({ ok: true });
});

it('a matrix may be named like a feature', () => {
  expect(bindInputs([input('amount', 'float32', [null, 2])], signature)).toMatchObject({
    value: { kind: 'matrix', input: 'amount', width: 2 },
  });
});
