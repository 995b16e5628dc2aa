export type Choice = string | number | boolean;

/** What a trial is run with, by name, in the order of the space; inactive parameters are absent. */
export type Params = Readonly<Record<string, Choice>>;

/** The parameter exists only in trials where an earlier one has one of these values. */
export interface Condition {
  readonly parameter: string;
  readonly in: readonly Choice[];
}

export type Distribution =
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number; readonly points?: number | undefined }
  | { readonly kind: 'log-uniform'; readonly low: number; readonly high: number; readonly points?: number | undefined }
  | {
      readonly kind: 'quantised' | 'int';
      readonly low: number;
      readonly high: number;
      /** Values are `low`, `low + step`, … up to `high`. */
      readonly step: number;
      /** Equal ratios are equally likely, instead of equal differences. */
      readonly scale: 'linear' | 'log';
    }
  | { readonly kind: 'categorical'; readonly choices: readonly Choice[] }
  | { readonly kind: 'constant'; readonly value: Choice };

export type Parameter = Distribution & { readonly name: string; readonly when?: Condition | undefined };

/** A tree in the order of its parameters: conditions look back only. */
export type SearchSpace = readonly Parameter[];

export function isActive({ when }: Parameter, params: Params): boolean {
  if (when === undefined) return true;
  const value = params[when.parameter];
  return value !== undefined && when.in.includes(value);
}

/** Builds params in the order of the space, so that every condition can be looked up when its parameter is due. */
export function paramsFrom(space: SearchSpace, valueOf: (parameter: Parameter) => Choice): Params {
  // Without a prototype: a parameter may have any name.
  const params: Record<string, Choice> = Object.create(null) as Record<string, Choice>;
  for (const parameter of space) if (isActive(parameter, params)) params[parameter.name] = valueOf(parameter);
  return params;
}
