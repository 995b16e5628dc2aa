/** What a column, a property or the items of an array may hold, as MLflow's signatures say it. */
export type ValueType =
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'array'; readonly items: ValueType }
  | { readonly kind: 'map'; readonly values: ValueType }
  | { readonly kind: 'object'; readonly fields: readonly Field[] }
  /** -1 is a dimension of any size. */
  | { readonly kind: 'tensor'; readonly dtype: string; readonly shape: readonly number[] };

export interface Field {
  /** Null when fields have no names: then their place tells them apart. */
  readonly name: string | null;
  readonly type: ValueType;
  readonly required: boolean;
}

export interface Param extends Field {
  readonly defaultValue: unknown;
}

export interface ModelSignature {
  readonly inputs: readonly Field[];
  readonly outputs: readonly Field[];
  readonly params: readonly Param[];
}
