import { InferenceSession } from 'onnxruntime-node';

/**
 * One thread: more help only from about 500 rows and ruin the tail when cores are shared. Severity 4, fatal faults only:
 * a failed run throws its message anyway, and converters write a fixed label shape that would be warned of on every run.
 */
const options: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
};

export function openSession(bytes: Uint8Array): Promise<InferenceSession> {
  return InferenceSession.create(bytes, options);
}
