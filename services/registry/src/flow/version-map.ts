import type { ModelVersion } from './registry-state.ts';

const width = 32;

/** A branch holds nodes one level below, a leaf the versions; which of the two is told by the height. */
type Node = readonly (Node | ModelVersion | undefined)[];

/**
 * The versions of a model by number, never changed in place: a new map shares all but one path with the one that it
 * came from. Copying a whole map at each write would make a model of ten thousand versions quadratic.
 */
export class VersionMap implements ReadonlyMap<number, ModelVersion> {
  static readonly empty = new VersionMap([], 0, 0);

  readonly size: number;
  readonly #root: Node;
  /** Levels of branches above the leaves. */
  readonly #height: number;

  private constructor(root: Node, height: number, size: number) {
    this.#root = root;
    this.#height = height;
    this.size = size;
  }

  get(number: number): ModelVersion | undefined {
    if (!this.#holds(number)) return undefined;
    let node: Node | ModelVersion | undefined = this.#root;
    for (let level = this.#height; level >= 0; level -= 1) {
      if (node === undefined) return undefined;
      node = (node as Node)[indexAt(number, level)];
    }
    return node as ModelVersion | undefined;
  }

  has(number: number): boolean {
    return this.get(number) !== undefined;
  }

  with(version: ModelVersion): VersionMap {
    const { version: number } = version;
    let root = this.#root;
    let height = this.#height;
    while (number >= width ** (height + 1)) {
      root = root.length === 0 ? root : [root];
      height += 1;
    }
    const size = this.size + (this.has(number) ? 0 : 1);
    return new VersionMap(replaced(root, height, { number, version }), height, size);
  }

  without(number: number): VersionMap {
    if (!this.has(number)) return this;
    return new VersionMap(
      replaced(this.#root, this.#height, { number, version: undefined }),
      this.#height,
      this.size - 1,
    );
  }

  /** In ascending order of their numbers. */
  *values(): MapIterator<ModelVersion> {
    yield* versionsBelow(this.#root, this.#height);
  }

  *keys(): MapIterator<number> {
    for (const { version } of this.values()) yield version;
  }

  *entries(): MapIterator<[number, ModelVersion]> {
    for (const version of this.values()) yield [version.version, version];
  }

  [Symbol.iterator](): MapIterator<[number, ModelVersion]> {
    return this.entries();
  }

  forEach(each: (version: ModelVersion, number: number, map: ReadonlyMap<number, ModelVersion>) => void): void {
    for (const version of this.values()) each(version, version.version, this);
  }

  /** Numbers whose version is another one in the other map, or is in one of them only; shared parts are passed over. */
  differences(other: VersionMap): number[] {
    const height = Math.max(this.#height, other.#height);
    return [
      ...differing(raised(this.#root, height - this.#height), raised(other.#root, height - other.#height), height),
    ];
  }

  #holds(number: number): boolean {
    return Number.isSafeInteger(number) && number >= 0 && number < width ** (this.#height + 1);
  }
}

/** Version numbers may pass 2^31: no shift of 32-bit integers. */
function indexAt(number: number, level: number): number {
  return Math.floor(number / width ** level) % width;
}

function replaced(
  node: Node | undefined,
  level: number,
  change: { readonly number: number; readonly version: ModelVersion | undefined },
): Node {
  const copy = node === undefined ? [] : [...node];
  const index = indexAt(change.number, level);
  copy[index] = level === 0 ? change.version : replaced(copy[index] as Node | undefined, level - 1, change);
  return copy;
}

function* versionsBelow(node: Node, level: number): Generator<ModelVersion, undefined> {
  for (const child of node) {
    if (child === undefined) continue;
    if (level === 0) yield child as ModelVersion;
    else yield* versionsBelow(child as Node, level - 1);
  }
  return undefined;
}

function raised(root: Node, levels: number): Node {
  let node = root;
  for (let level = 0; level < levels; level += 1) node = [node];
  return node;
}

function* differing(a: Node | undefined, b: Node | undefined, level: number, first = 0): Generator<number, undefined> {
  for (let index = 0; index < width; index += 1) {
    const [left, right] = [a?.[index], b?.[index]];
    if (left === right) continue;
    const number = first + index * width ** level;
    if (level === 0) yield number;
    else yield* differing(left as Node | undefined, right as Node | undefined, level - 1, number);
  }
  return undefined;
}
