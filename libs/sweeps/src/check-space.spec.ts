import { expect, it } from 'vitest';
import { faultsOfSpace } from './check-space.ts';
import type { Parameter } from './search-space.ts';

const optimiser: Parameter = { name: 'optimiser', kind: 'categorical', choices: ['sgd', 'adam'] };
const layers: Parameter = { name: 'layers', kind: 'int', low: 1, high: 9, step: 2, scale: 'linear' };
const when = (parameter: string, ...values: (string | number)[]): Parameter => ({
  name: 'x',
  kind: 'uniform',
  low: 0,
  high: 1,
  when: { parameter, in: values },
});

it.each<[string, Parameter, string]>([
  ['bounds in the wrong order', { name: 'x', kind: 'uniform', low: 2, high: 1 }, 'high'],
  ['bounds too far apart', { name: 'x', kind: 'uniform', low: -1.7e308, high: 1.7e308 }, 'high'],
  ['a logarithm of zero', { name: 'x', kind: 'log-uniform', low: 0, high: 1 }, 'low'],
  [
    'steps on a logarithmic scale below zero',
    { name: 'x', kind: 'quantised', low: -1, high: 1, step: 1, scale: 'log' },
    'low',
  ],
  ['a step beyond the range', { name: 'x', kind: 'quantised', low: 0, high: 1, step: 2, scale: 'linear' }, 'step'],
  [
    'a step that is lost in rounding',
    { name: 'x', kind: 'quantised', low: 1e15, high: 2e15, step: 0.01, scale: 'linear' },
    'step',
  ],
  [
    'fractions where whole numbers are asked for',
    { name: 'x', kind: 'int', low: 0.5, high: 3, step: 1, scale: 'linear' },
    'low',
  ],
  ['a choice twice', { name: 'x', kind: 'categorical', choices: ['a', 'a'] }, 'choices'],
  ['a condition on a parameter that comes later or never', when('y', 1), 'when.parameter'],
  ['a condition on a continuous parameter', when('rate', 1), 'when.parameter'],
  ['a condition that never holds', when('optimiser', 'lbfgs'), 'when.in'],
  ['a condition between the steps', when('layers', 4), 'when.in'],
])('%s is refused, with the field', (_, parameter, field) => {
  const rate: Parameter = { name: 'rate', kind: 'uniform', low: 0, high: 1 };
  expect(faultsOfSpace([optimiser, layers, rate, parameter])).toEqual([
    { parameter: 'x', field, message: expect.any(String) as string },
  ]);
});

it('a space with conditions on choices and whole numbers is none', () => {
  expect(faultsOfSpace([optimiser, layers, when('optimiser', 'sgd')])).toEqual([]);
  expect(faultsOfSpace([optimiser, layers, when('layers', 3, 9)])).toEqual([]);
});
