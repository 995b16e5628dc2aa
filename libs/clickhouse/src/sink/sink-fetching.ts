/**
 * How a consumer of a sink fetches: few and large. Rows wait for a flush of a second anyway, and a fetch for every record
 * that comes costs the broker more than the record itself.
 */
export const sinkFetching = { minBytes: 256 * 1024, maxWaitMs: 250, maxBatchRecords: 2_000 } as const;
