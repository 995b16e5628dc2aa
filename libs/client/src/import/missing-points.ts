import { whole, type Point } from './mlflow-entities.ts';

/**
 * The points of the source that are not here, both in ascending order of time, step and value, one page of each in memory. Where a
 * server has another order a point may come though it is here: the same point counts once.
 */
export async function* missingPoints(
  source: AsyncIterable<Point>,
  here: AsyncIterable<Point>,
): AsyncGenerator<Point, void> {
  const held = here[Symbol.asyncIterator]();
  let next = await held.next();
  for await (const point of source) {
    while (!next.done && comparePoints(next.value, point) < 0) next = await held.next();
    if (next.done || comparePoints(next.value, point) !== 0) yield point;
  }
}

function comparePoints(a: Point, b: Point): number {
  return (
    whole(a.timestamp) - whole(b.timestamp) ||
    whole(a.step) - whole(b.step) ||
    orderOf(a.value) - orderOf(b.value) ||
    Number(isNaN(Number(a.value))) - Number(isNaN(Number(b.value)))
  );
}

/** MLflow's stores keep what is no number as a marked zero. */
function orderOf(value: number | string | undefined): number {
  const number = Number(value ?? 0);
  return Number.isNaN(number) ? 0 : Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, number));
}

/** Lists of at most so many. */
export async function* inBatches<T>(items: AsyncIterable<T> | Iterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
