import type { Column } from '../row-binary/row-encoder.ts';

export interface DerivedRecord {
  readonly eventId: string;
  readonly lane: string;
  readonly sourceTopic: string;
  readonly generation: number;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
}

export const TIME = "DateTime64(3, 'UTC')";
export const WORD = 'LowCardinality(String)';

/** The columns that every table of derived records has. */
export function identityColumns<T extends DerivedRecord>() {
  return {
    event_id: { type: 'String', of: (r: T) => r.eventId },
    lane: { type: WORD, of: (r: T) => r.lane },
    source_topic: { type: WORD, of: (r: T) => r.sourceTopic },
    generation: { type: 'UInt32', of: (r: T) => r.generation },
    source_partition: { type: 'UInt32', of: (r: T) => r.sourcePartition },
    source_offset: { type: 'UInt64', of: (r: T) => r.sourceOffset },
  } satisfies Record<string, Column<T>>;
}
