export interface ValuedAxis {
  readonly name: string;
  /** One for each run; null for a run that has none. */
  readonly values: readonly (string | number | null)[];
}

interface DrawnAxis {
  readonly name: string;
  readonly x: number;
  readonly ticks: readonly { readonly y: number; readonly label: string }[];
}

export interface ParallelAxes {
  readonly axes: readonly DrawnAxis[];
  /** Of each run its height on every axis. */
  readonly heights: readonly (readonly number[])[];
}

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Below the axes, where runs pass that have no value. */
  readonly without: number;
}

/**
 * Where parallel axes and the lines of runs through them lie. An axis of numbers runs from the least below to the greatest above,
 * by their logarithms where they are positive and span more than two orders of magnitude; one of texts has them at equal distances,
 * the first above. The page has it as text: it uses nothing that is not in it.
 */
export function parallelAxes(shown: readonly ValuedAxis[], { left, right, top, bottom, without }: Frame): ParallelAxes {
  const mostLabels = 12;
  const logarithmicFrom = 100;
  const numberTicks = 5;
  const fractions = Array.from({ length: numberTicks }, (_, at) => at / (numberTicks - 1));
  const labelOf = (value: number): string =>
    value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)
      ? value.toExponential(1)
      : String(+value.toPrecision(4));

  const ofNumbers = (values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    const least = known.reduce((a, b) => Math.min(a, b), Infinity);
    const greatest = known.reduce((a, b) => Math.max(a, b), -Infinity);
    const isLogarithmic = least > 0 && greatest / least > logarithmicFrom;
    const [low, high] = isLogarithmic ? [Math.log(least), Math.log(greatest)] : [least, greatest];
    const place = (value: number): number => {
      // All in the middle when they are one.
      const share = high === low ? 0.5 : ((isLogarithmic ? Math.log(value) : value) - low) / (high - low);
      return bottom - share * (bottom - top);
    };
    const ticks = (high === low ? [0.5] : fractions).map((share) => {
      const at = low + share * (high - low);
      const value = share === 0 ? least : share === 1 ? greatest : isLogarithmic ? Math.exp(at) : at;
      return { y: bottom - share * (bottom - top), label: labelOf(high === low ? least : value) };
    });
    return { ticks, heights: values.map((value) => (value === null ? without : place(value))) };
  };

  const ofTexts = (values: readonly (string | null)[]) => {
    const texts = [...new Set(values.filter((value) => value !== null))].sort();
    const step = (bottom - top) / Math.max(1, texts.length - 1);
    const place = (text: string): number =>
      texts.length === 1 ? (top + bottom) / 2 : top + texts.indexOf(text) * step;
    const every = Math.ceil(texts.length / mostLabels);
    const ticks = texts.filter((_, at) => at % every === 0).map((text) => ({ y: place(text), label: text }));
    return { ticks, heights: values.map((value) => (value === null ? without : place(value))) };
  };

  const drawn = shown.map(({ name, values }, index) => {
    const present = values.filter((value) => value !== null && value !== '');
    const isNumeric = present.length > 0 && present.every((value) => Number.isFinite(Number(value)));
    const { ticks, heights } = isNumeric
      ? ofNumbers(values.map((value) => (value === null || value === '' ? null : Number(value))))
      : ofTexts(values.map((value) => (value === null || Number.isNaN(value) ? null : String(value))));
    const x = shown.length === 1 ? (left + right) / 2 : left + (index / (shown.length - 1)) * (right - left);
    return { axis: { name, x, ticks }, heights };
  });
  const runs = shown[0]?.values.length ?? 0;
  return {
    axes: drawn.map(({ axis }) => axis),
    heights: Array.from({ length: runs }, (_, run) => drawn.map(({ heights }) => heights[run] ?? without)),
  };
}
