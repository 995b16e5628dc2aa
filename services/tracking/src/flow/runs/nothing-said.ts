import type { RunEvent } from '@millrace/schemas';

/** The parts of a write that says nothing: what one does say is put over it. */
export const nothingSaid = {
  attributes: {},
  metrics: [],
  params: [],
  tags: [],
  datasets: [],
  modelInputs: [],
  modelOutputs: [],
  artifacts: [],
  requestId: null,
  requestHash: null,
  voids: [],
} as const satisfies Partial<RunEvent>;
