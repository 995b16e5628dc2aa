import { valuesOf } from './grid.ts';
import type { Parameter, SearchSpace } from './search-space.ts';

export interface SpaceFault {
  /** Name of the parameter. */
  readonly parameter: string;
  readonly field: string;
  readonly message: string;
}

/** What is wrong with a space beyond the types of its fields; empty when it can be searched. */
export function faultsOfSpace(space: SearchSpace): SpaceFault[] {
  const earlier = new Map<string, Parameter>();
  const faults: SpaceFault[] = [];
  for (const parameter of space) {
    const say = (field: string, message: string) => faults.push({ parameter: parameter.name, field, message });
    checkDistribution(parameter, say);
    checkCondition(parameter, earlier, say);
    earlier.set(parameter.name, parameter);
  }
  return faults;
}

type Say = (field: string, message: string) => void;

function checkDistribution(parameter: Parameter, say: Say): void {
  if (parameter.kind === 'constant') return;
  if (parameter.kind === 'categorical') {
    if (new Set(parameter.choices).size < parameter.choices.length) say('choices', 'holds a value twice');
    return;
  }
  const { low, high } = parameter;
  if (!(low < high)) say('high', `must be above low: ${high} is not above ${low}`);
  const isLog = parameter.kind === 'log-uniform' || ('scale' in parameter && parameter.scale === 'log');
  if (isLog && low <= 0) say('low', `must be above 0 on a logarithmic scale, it is ${low}`);
  if (!Number.isFinite(high - low)) say('high', 'is too far from low');
  if (!('step' in parameter)) return;
  if (parameter.step > high - low) say('step', `must not be larger than high - low, it is ${parameter.step}`);
  if (low + parameter.step === low || high - parameter.step === high) {
    say('step', `is too small beside ${low} and ${high}: no two values would differ`);
  }
  if (parameter.kind === 'int' && ![low, high, parameter.step].every(Number.isSafeInteger)) {
    say('low', 'low, high and step must be whole numbers within 2^53');
  }
}

function checkCondition({ when }: Parameter, earlier: ReadonlyMap<string, Parameter>, say: Say): void {
  if (when === undefined) return;
  const parent = earlier.get(when.parameter);
  if (parent === undefined) {
    return say('when.parameter', `"${when.parameter}" is no parameter that comes before this one`);
  }
  if (parent.kind === 'uniform' || parent.kind === 'log-uniform' || parent.kind === 'quantised') {
    return say('when.parameter', `"${when.parameter}" is continuous: name one that is categorical, int or constant`);
  }
  const values = parent.kind === 'int' ? undefined : new Set(valuesOf(parent));
  for (const value of when.in) {
    const isValue =
      values?.has(value) ??
      (parent.kind === 'int' &&
        typeof value === 'number' &&
        value >= parent.low &&
        value <= parent.high &&
        (value - parent.low) % parent.step === 0);
    if (!isValue) say('when.in', `"${when.parameter}" never is ${JSON.stringify(value)}`);
  }
}
