/** Element types of ONNX tensors that a feature vector can feed or a score can be read from. */
export type ElementType = 'float32' | 'float64' | 'int64' | 'int32' | 'bool' | 'string';

/** What one graph input or output carries. */
export type ValueType =
  | {
      readonly kind: 'tensor';
      /** `other` is an element type that nothing here can feed or read; `code` is ONNX's number for it. */
      readonly elementType: ElementType | 'other';
      readonly code: number;
      /** One entry a dimension, null where it is free; null when the file does not say. */
      readonly shape: readonly (number | null)[] | null;
    }
  | { readonly kind: 'sequence' | 'map' | 'optional' | 'sparse' | 'opaque' | 'untyped' };

export interface OnnxValue {
  readonly name: string;
  readonly type: ValueType;
}

/** What admission needs to know of a model file. */
export interface OnnxModel {
  /** Inputs that a caller must feed: those with an initializer are left out. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Domain to version. */
  readonly opsets: ReadonlyMap<string, number>;
  /** Operators used anywhere, as `domain:name`, less those that the file itself defines. */
  readonly operators: ReadonlySet<string>;
  /** Names of tensors whose data lies in another file. */
  readonly externalTensors: readonly string[];
  readonly nodeCount: number;
  readonly sizeBytes: number;
}
