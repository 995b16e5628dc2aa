import type { ElementType } from './onnx-model.ts';

/** How the vectors of one feature service become the inputs of one model, and where its score is read. */
export interface ModelPlan {
  readonly inputs: InputPlan;
  readonly output: OutputPlan;
}

export type InputPlan =
  | {
      /** One input of shape [rows, width] that takes all numbers of a vector in order. */
      readonly kind: 'matrix';
      readonly input: string;
      readonly elementType: 'float32' | 'float64' | 'int64';
      readonly width: number;
    }
  | { readonly kind: 'columns'; readonly columns: readonly ColumnPlan[] };

/** One input a feature, of shape [rows] or [rows, 1]. */
export interface ColumnPlan {
  readonly input: string;
  readonly elementType: ElementType;
  readonly list: 'numbers' | 'strings';
  readonly index: number;
  readonly rank: 1 | 2;
  /** Strings that the model knows, for trying it: it may fail on all others. */
  readonly categories?: readonly string[];
}

export interface OutputPlan {
  readonly name: string;
  /** `positive-class`: column 1 of [rows, 2], or the only one of a shape that the file leaves open; `single`: [rows] or [rows, 1]. */
  readonly kind: 'positive-class' | 'single';
}
