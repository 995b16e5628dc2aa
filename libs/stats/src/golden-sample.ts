/** A sample as golden.json keeps it: the values, or how to make them. */
export type GoldenSample = readonly (number | string | null)[] | GeneratedSample;

interface GeneratedSample {
  readonly n: number;
  readonly seed: number;
  readonly shape?: 'uniform' | 'bell' | 'skewed' | 'integers';
  readonly levels?: number;
  readonly scale?: number;
  readonly shift?: number;
}

export interface GoldenFile {
  readonly numeric: readonly {
    readonly name: string;
    readonly reference: GoldenSample;
    readonly current: GoldenSample;
    readonly psi: number;
    readonly ksStatistic: number;
    readonly ksPValue: number;
    readonly chiSquareStatistic?: number | 'NaN' | 'Infinity';
    readonly chiSquarePValue: number | 'NaN';
  }[];
  readonly categorical: readonly {
    readonly name: string;
    readonly reference: readonly (string | null)[];
    readonly current: readonly (string | null)[];
    readonly psi: number;
    readonly chiSquarePValue: number | 'NaN';
  }[];
  readonly quality: readonly {
    readonly name: string;
    readonly scores: GoldenSample;
    readonly labels: GoldenSample;
    readonly accuracy: number | null;
    readonly precision: number | null;
    readonly recall: number | null;
    readonly f1: number | null;
    readonly auc: number | null;
    readonly logLoss: number | null;
  }[];
  readonly kolmogorovSurvival: readonly (readonly [n: number, x: number, survival: number])[];
  readonly chiSquareSurvival: readonly (readonly [degreesOfFreedom: number, x: number, survival: number])[];
}

/** The same values that golden/make_golden.py makes of the same description, to the bit. */
export function goldenSample(sample: GoldenSample): number[] {
  if (!('n' in sample)) return sample.map((value) => (value === null ? Number.NaN : Number(value)));
  const { shape = 'uniform', levels = 1, scale = 1, shift = 0 } = sample;
  return shaped(mulberry32(sample.n, sample.seed), shape, levels).map((value) => value * scale + shift);
}

function shaped(uniforms: number[], shape: string, levels: number): number[] {
  switch (shape) {
    case 'bell':
      return Array.from(
        { length: Math.floor(uniforms.length / 4) },
        (_, i) => uniforms.slice(i * 4, i * 4 + 4).reduce((sum, value) => sum + value, 0) - 2,
      );
    case 'skewed':
      return uniforms.map((value) => value * value * value * 100);
    case 'integers':
      return uniforms.map((value) => Math.floor(value * levels));
    default:
      return uniforms;
  }
}

function mulberry32(n: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: n }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  });
}
