import type { Type } from 'avsc';
import { faultsIn } from './avro-faults.ts';
import { EventsError } from './errors.ts';

export interface AvroWriter<T> {
  readonly schemaId: number;
  /** Confluent-framed bytes; the caller may keep them. A value that does not fit the schema is EVENTS_UNENCODABLE. */
  encode(value: T): Buffer;
}

const slabBytes = 65_536;
const headerBytes = 5;

/** Writes into slabs that many records share, so that a record costs no allocation of its own. */
export class SlabAvroWriter<T> implements AvroWriter<T> {
  readonly schemaId: number;
  readonly #type: Type;
  #slab = Buffer.allocUnsafeSlow(slabBytes);
  #used = 0;

  constructor(type: Type, schemaId: number) {
    this.#type = type;
    this.schemaId = schemaId;
  }

  encode(value: T): Buffer {
    let end = this.#write(value);
    while (end < 0) {
      const left = this.#slab.length - this.#used;
      this.#slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, headerBytes + left - end));
      this.#used = 0;
      end = this.#write(value);
    }
    const encoded = this.#slab.subarray(this.#used, end);
    this.#used = end;
    return encoded;
  }

  /** The end of what was written, or minus the bytes that were missing. */
  #write(value: T): number {
    const at = this.#used;
    if (at + headerBytes > this.#slab.length) return -headerBytes;
    try {
      const end = this.#type.encode(value, this.#slab, at + headerBytes);
      if (end < 0) return end;
      this.#slab[at] = 0;
      this.#slab.writeUInt32BE(this.schemaId, at + 1);
      return end;
    } catch (error) {
      throw new EventsError(
        'EVENTS_UNENCODABLE',
        `a value does not fit schema ${this.#type.name}: ${faultsIn(value, this.#type)}`,
        {
          cause: error,
        },
      );
    }
  }
}
