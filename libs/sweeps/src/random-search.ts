import { axisOf } from './axis.ts';
import { pick, type Random } from './random.ts';
import { paramsFrom, type Choice, type Parameter, type Params, type SearchSpace } from './search-space.ts';

/** One draw from the space (Bergstra and Bengio 2012, "Random search for hyper-parameter optimization"). */
export function randomPoint(space: SearchSpace, random: Random): Params {
  return paramsFrom(space, (parameter) => randomValue(parameter, random));
}

function randomValue(parameter: Parameter, random: Random): Choice {
  if (parameter.kind === 'constant') return parameter.value;
  if (parameter.kind === 'categorical') return pick(parameter.choices, random);
  const { low, high, value } = axisOf(parameter);
  return value(low + random() * (high - low));
}
