import type { DerivedIdentity, Identity } from '../identity.ts';

/**
 * The highest source offset seen of each (lane, source topic, generation, source partition). Derived records of one
 * lane and source partition arrive in source order, so whatever is not above its watermark was written twice by a crash
 * or a zombie: the first write wins, later ones are dropped.
 */
export class Watermarks {
  readonly #streams: Map<string, StreamMarks>;

  private constructor(streams: Map<string, StreamMarks>) {
    this.#streams = streams;
  }

  static empty(): Watermarks {
    return new Watermarks(new Map());
  }

  /**
   * True, once, for each identity that is above its watermark, which it then becomes. Always true of what a request made:
   * it has no place in an order. Such a record may be written twice, with the same content; `eventId` tells.
   */
  accept(identity: DerivedIdentity): boolean {
    if (identity.requestId != null) return true;
    const key = streamKey(identity);
    let marks = this.#streams.get(key);
    if (marks === undefined) this.#retireBefore(identity);
    if (marks === undefined || marks.shared) {
      marks = copyOf(marks, identity);
      this.#streams.set(key, marks);
    }
    const { offsets } = marks;
    const mark = offsets.get(identity.sourcePartition);
    if (mark !== undefined && identity.sourceOffset <= mark) return false;
    offsets.set(identity.sourcePartition, identity.sourceOffset);
    return true;
  }

  /** Last accepted offset, -1 when none was. */
  get(identity: Omit<Identity, 'sourceOffset'>): number {
    return this.#streams.get(streamKey(identity))?.offsets.get(identity.sourcePartition) ?? -1;
  }

  get size(): number {
    let size = 0;
    for (const { offsets } of this.#streams.values()) size += offsets.size;
    return size;
  }

  /** An independent copy; streams are shared until one side changes them. */
  fork(): Watermarks {
    for (const marks of this.#streams.values()) marks.shared = true;
    return new Watermarks(new Map(this.#streams));
  }

  /** Forgets the lanes that `isLive` says no to: a retired feature service leaves nothing behind. */
  retainLanes(isLive: (lane: string) => boolean): void {
    for (const [key, { lane }] of this.#streams) if (!isLive(lane)) this.#streams.delete(key);
  }

  /**
   * A source that goes on in a new generation may still be written by an owner of the one before it; those further back are
   * gone, and their marks would be carried in every commit for ever.
   */
  #retireBefore({ lane, sourceTopic, generation }: Stream): void {
    for (const [key, marks] of this.#streams)
      if (marks.lane === lane && marks.sourceTopic === sourceTopic && marks.generation < generation - 1)
        this.#streams.delete(key);
  }

  toJSON(): SerializedWatermarks {
    return [...this.#streams.values()].map(({ lane, sourceTopic, generation, offsets }) => [
      lane,
      sourceTopic,
      generation,
      [...offsets].sort(([a], [b]) => a - b).flat(),
    ]);
  }

  static fromJSON(serialized: SerializedWatermarks): Watermarks {
    const streams = new Map<string, StreamMarks>();
    for (const [lane, sourceTopic, generation, flat] of serialized) {
      const offsets = new Map<number, number>();
      for (let i = 0; i + 1 < flat.length; i += 2) offsets.set(flat[i] ?? 0, flat[i + 1] ?? -1);
      const stream = { lane, sourceTopic, generation };
      streams.set(streamKey(stream), { ...stream, offsets, shared: false });
    }
    return new Watermarks(streams);
  }
}

/** One line a lane, source topic and generation: `[lane, topic, generation, [partition, offset, partition, offset…]]`. */
export type SerializedWatermarks = readonly (readonly [
  lane: string,
  sourceTopic: string,
  generation: number,
  offsets: readonly number[],
])[];

type Stream = Pick<Identity, 'lane' | 'sourceTopic' | 'generation'>;

interface StreamMarks extends Stream {
  readonly offsets: Map<number, number>;
  /** Also held by a fork: copy before writing. */
  shared: boolean;
}

function streamKey({ lane, sourceTopic, generation }: Stream): string {
  // The lane last: it is free text.
  return `${generation}|${sourceTopic}|${lane}`;
}

function copyOf(marks: StreamMarks | undefined, { lane, sourceTopic, generation }: Stream): StreamMarks {
  return { lane, sourceTopic, generation, offsets: new Map(marks?.offsets), shared: false };
}
