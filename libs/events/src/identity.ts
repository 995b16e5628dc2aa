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
