import type { types } from 'avsc';

/** avsc's cursor over a buffer, as far as collections go. */
interface Tap {
  readonly buf: Buffer;
  pos: number;
  readLong(): number;
  readString(): string | undefined;
  skipString(): void;
  /** Items without bytes that this record was allowed so far. */
  emptyItems?: number;
}

interface Item {
  _read(tap: Tap): unknown;
  _skip(tap: Tap): void;
}

interface ArrayLike {
  readonly itemsType: Item;
}

interface MapLike {
  readonly valuesType: Item;
}

interface Collection<T> {
  readonly prototype: { _read(this: T, tap: Tap): unknown; _skip(this: T, tap: Tap): void };
}

/** Nulls and empty records take no bytes: a record may hold so many of them, or nine bytes could ask for any number. */
const maxEmptyItems = 65_536;

/**
 * Replaces how avsc reads and skips arrays and maps. Its own readers believe the count that a block begins with: nine bytes
 * that announce two billion items fill the memory and end the process, and a negative size sends the cursor back for ever.
 * Here a count is believed only as far as there are bytes for it; anything else is an error of that one record. Resolvers
 * take their reading from the same prototypes, so types must be made after this.
 */
export function boundCollections({ ArrayType, MapType }: Pick<typeof types, 'ArrayType' | 'MapType'>): void {
  const array = (ArrayType as unknown as Collection<ArrayLike>).prototype;
  array._read = function (tap) {
    const { itemsType } = this;
    const items: unknown[] = [];
    for (let count = itemsOfBlock(tap); count !== 0; count = itemsOfBlock(tap)) {
      const { pos } = tap;
      items.push(itemsType._read(tap));
      believe(tap, pos, count);
      for (let i = 1; i < count; i++) items.push(itemsType._read(tap));
    }
    return items;
  };
  array._skip = function (tap) {
    const { itemsType } = this;
    skipBlocks(tap, () => itemsType._skip(tap));
  };
  const map = (MapType as unknown as Collection<MapLike>).prototype;
  map._read = function (tap) {
    const { valuesType } = this;
    const values: Record<string, unknown> = {};
    for (let count = itemsOfBlock(tap); count !== 0; count = itemsOfBlock(tap)) {
      // A key takes a byte at least.
      refuseAbove(tap.buf.length - tap.pos, count, 'entries in the bytes that are left');
      for (let i = 0; i < count; i++) {
        const key = tap.readString() ?? '';
        values[key] = valuesType._read(tap);
      }
    }
    return values;
  };
  map._skip = function (tap) {
    const { valuesType } = this;
    skipBlocks(tap, () => {
      tap.skipString();
      valuesType._skip(tap);
    });
  };
}

function itemsOfBlock(tap: Tap): number {
  const count = tap.readLong();
  if (count >= 0) return count;
  sizeOfBlock(tap);
  return -count;
}

/** A block with its size in front is passed over without a look at its items. */
function skipBlocks(tap: Tap, skipOne: () => void): void {
  for (let count = tap.readLong(); count !== 0; count = tap.readLong()) {
    if (count < 0) {
      const size = sizeOfBlock(tap);
      tap.pos += size;
      continue;
    }
    const { pos } = tap;
    skipOne();
    believe(tap, pos, count);
    for (let i = 1; i < count; i++) skipOne();
  }
}

/**
 * Refuses a count for which there are not enough bytes after `from`. Whether an item takes bytes is a property of its
 * type: when the first one has taken none, none will.
 */
function believe(tap: Tap, from: number, count: number): void {
  if (tap.pos !== from) return refuseAbove(tap.buf.length - from, count, 'items in the bytes that are left');
  tap.emptyItems = (tap.emptyItems ?? 0) + count;
  refuseAbove(maxEmptyItems, tap.emptyItems, 'items without bytes');
}

function sizeOfBlock(tap: Tap): number {
  const size = tap.readLong();
  if (size < 0) throw new RangeError(`a block has the size ${size}`);
  refuseAbove(tap.buf.length - tap.pos, size, 'bytes of a block in those that are left');
  return size;
}

/** Written so that NaN, which a number of endless bytes gives, is refused too. */
function refuseAbove(limit: number, found: number, what: string): void {
  if (!(found <= limit)) throw new RangeError(`${found} ${what}: at most ${Math.max(0, limit)} are possible`);
}
