/** The runs that searches look for: what each holds follows from its number, so that every answer can be checked. */
export const searchFilter = "metrics.accuracy > 0.7 and params.model = 'm3'";
export const pageSize = 50;
/** Of 2025: older than any run that a load creates. */
const firstStartMs = Date.UTC(2025, 0, 1);

export const startOf = (index: number): number => firstStartMs + index * 1_000;

const accuracyOf = (index: number): number => ((index * 7_919) % 1_000) / 1_000;
const modelOf = (index: number): string => `m${Math.floor(index / 3) % 4}`;

export function batchOf(index: number): object {
  const metric = (key: string, value: number): object => ({ key, value, timestamp: startOf(index), step: 0 });
  return {
    metrics: [metric('accuracy', accuracyOf(index)), metric('loss', 1 - accuracyOf(index)), metric('seconds', index)],
    params: [
      { key: 'model', value: modelOf(index) },
      { key: 'index', value: String(index) },
      { key: 'rate', value: '0.01' },
    ],
  };
}

/** Numbers of the runs on the first page of the filtered search among the first `count`, newest first. */
export function expectedPage(count: number): string[] {
  const found: string[] = [];
  for (let index = count - 1; index >= 0 && found.length < pageSize; index -= 1) {
    if (accuracyOf(index) > 0.7 && modelOf(index) === 'm3') found.push(String(index));
  }
  return found;
}
