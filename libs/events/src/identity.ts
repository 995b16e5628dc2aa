import { murmur2 } from './partitioners.ts';

/** Where a derived record comes from: equal identities are the same fact. */
export interface Identity {
  /** Whatever may derive its own record from the same event: a feature service or view at a version, an endpoint. */
  readonly lane: string;
  readonly sourceTopic: string;
  /** Raised by an operator when the source topic was recreated or repartitioned. */
  readonly generation: number;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
}

/**
 * An identity that may have been made by a request instead of a record of a log: its offset is then no place in a log,
 * so it says nothing about what came before or after it.
 */
export interface DerivedIdentity extends Identity {
  /** Id of the request; null or absent for what was derived from a record. */
  readonly requestId?: string | null;
}

/** The deterministic id of a derived record; part of the public contract, other languages build it too. */
export function eventId(identity: Identity): string {
  const { lane, sourceTopic, generation, sourcePartition, sourceOffset } = identity;
  return `${lane}|${sourceTopic}|${generation}|${sourcePartition}|${sourceOffset}`;
}

/**
 * The one partition of a derived topic that holds all records of a lane and source partition. Neighbouring source
 * partitions go to neighbouring partitions, so a lane spreads evenly. Changing this breaks every stored watermark.
 */
export function lanePartition(
  lane: string,
  sourceTopic: string,
  sourcePartition: number,
  partitionCount: number,
): number {
  const start = (murmur2(Buffer.from(`${lane}|${sourceTopic}`)) & 0x7fffffff) % partitionCount;
  return (start + sourcePartition) % partitionCount;
}
