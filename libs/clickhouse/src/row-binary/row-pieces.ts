import { ByteReader, BytesEnded } from './byte-reader.ts';

/** Reads one row: all of its columns, and nothing that it keeps may be a view of the bytes. */
export type ReadRow<T> = (reader: ByteReader) => T;

/** Reads rows of bytes that come in pieces, cut anywhere. Holds a piece and a row that is not finished, no more. */
export class RowPieces<T> {
  readonly #read: ReadRow<T>;
  /** Used for one piece after the other, so that a long answer leaves no buffers behind. */
  #bytes = Buffer.alloc(0);
  /** Bytes of the row that is not finished, at the beginning. */
  #begun = 0;

  constructor(read: ReadRow<T>) {
    this.#read = read;
  }

  /** The rows that are finished with this piece. */
  add(piece: Buffer): T[] {
    const size = this.#begun + piece.length;
    if (size > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * size);
      this.#bytes.copy(larger, 0, 0, this.#begun);
      this.#bytes = larger;
    }
    piece.copy(this.#bytes, this.#begun);
    const reader = new ByteReader(this.#bytes.subarray(0, size));
    const rows: T[] = [];
    let read = 0;
    try {
      while (!reader.done) {
        rows.push(this.#read(reader));
        read = reader.position;
      }
    } catch (error) {
      if (!(error instanceof BytesEnded)) throw error;
    }
    this.#bytes.copyWithin(0, read, size);
    this.#begun = size - read;
    return rows;
  }

  /** Throws where the bytes ended within a row. */
  end(): void {
    if (this.#begun > 0) throw new BytesEnded(`${this.#begun} bytes are left that are no whole row`);
  }
}
