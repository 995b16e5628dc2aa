import type { TimedEntry } from './sorted-runs.ts';

/** Merges runs that are sorted by time. Runs are in the order of arrival: the earlier one wins a tie. */
export async function* mergeByTime<T>(runs: readonly AsyncGenerator<TimedEntry<T>>[]): AsyncGenerator<TimedEntry<T>> {
  try {
    const heads: RunHead<T>[] = [];
    for (const [order, run] of runs.entries()) {
      const head = await run.next();
      if (!head.done) heads.push({ order, run, value: head.value });
    }
    const heap = new HeadHeap(heads);
    for (let first = heap.first(); first; first = heap.first()) {
      yield first.value;
      const next = await first.run.next();
      if (next.done) heap.dropFirst();
      else heap.replaceFirst({ ...first, value: next.value });
    }
  } finally {
    // Whoever stops reading half-way must not leave files open.
    await Promise.all(runs.map((run) => run.return(undefined)));
  }
}

interface RunHead<T> {
  readonly order: number;
  readonly run: AsyncGenerator<TimedEntry<T>>;
  readonly value: TimedEntry<T>;
}

class HeadHeap<T> {
  readonly #heads: RunHead<T>[];

  constructor(heads: RunHead<T>[]) {
    this.#heads = heads;
    for (let i = Math.floor(heads.length / 2); i >= 0; i -= 1) this.#sink(i);
  }

  first(): RunHead<T> | undefined {
    return this.#heads[0];
  }

  replaceFirst(head: RunHead<T>): void {
    this.#heads[0] = head;
    this.#sink(0);
  }

  dropFirst(): void {
    const last = this.#heads.pop();
    if (last && this.#heads.length > 0) this.replaceFirst(last);
  }

  #sink(start: number): void {
    let at = start;
    for (;;) {
      let smallest = at;
      if (this.#before(2 * at + 1, smallest)) smallest = 2 * at + 1;
      if (this.#before(2 * at + 2, smallest)) smallest = 2 * at + 2;
      const [head, other] = [this.#heads[at], this.#heads[smallest]];
      if (smallest === at || !head || !other) return;
      this.#heads[at] = other;
      this.#heads[smallest] = head;
      at = smallest;
    }
  }

  #before(left: number, right: number): boolean {
    const [a, b] = [this.#heads[left], this.#heads[right]];
    if (!a || !b) return false;
    return a.value.timeMs < b.value.timeMs || (a.value.timeMs === b.value.timeMs && a.order < b.order);
  }
}
