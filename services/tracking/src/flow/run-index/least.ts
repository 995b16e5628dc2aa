/** The `limit` least of the values that come, in order, without holding more than that. */
export class Least<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #limit: number;
  /** A heap with the greatest on top: what is not less than it is none of the least. */
  readonly #heap: T[] = [];

  constructor(limit: number, compare: (a: T, b: T) => number) {
    this.#limit = limit;
    this.#compare = compare;
  }

  offer(value: T): void {
    const heap = this.#heap;
    if (heap.length < this.#limit) {
      heap.push(value);
      this.#rise(heap.length - 1);
    } else if (this.#limit > 0 && this.#compare(value, heap[0] as T) < 0) {
      heap[0] = value;
      this.#sink();
    }
  }

  inOrder(): T[] {
    return [...this.#heap].sort(this.#compare);
  }

  #rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (this.#at(at, parent) <= 0) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      if (left >= this.#heap.length) return;
      const greater = left + 1 < this.#heap.length && this.#at(left + 1, left) > 0 ? left + 1 : left;
      if (this.#at(greater, at) <= 0) return;
      this.#swap(greater, at);
      at = greater;
    }
  }

  #at(a: number, b: number): number {
    return this.#compare(this.#heap[a] as T, this.#heap[b] as T);
  }

  #swap(a: number, b: number): void {
    const value = this.#heap[a] as T;
    this.#heap[a] = this.#heap[b] as T;
    this.#heap[b] = value;
  }
}
