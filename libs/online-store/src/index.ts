export { OnlineStoreError, OnlineStoreUnavailable } from './errors.ts';
export type { OnlineStoreErrorCode } from './errors.ts';
export type {
  ClaimResult,
  CommitResult,
  Epoch,
  OwnedLoad,
  OwnedPosition,
  ReadState,
  StateBatch,
  StateFence,
  StateRequest,
} from './fence.ts';
export { FencedStateStore } from './fenced-state-store.ts';
export { FirstWrites } from './first-writes.ts';
export type { LogPartition } from './log-partition.ts';
export { OnlineStore } from './online-store.ts';
export type { OnlineStoreConfig, OnlineStoreLog } from './online-store.ts';
