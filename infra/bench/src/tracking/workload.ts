import type { LeanConnection } from './lean-connection.ts';
import type { MlflowApi } from './mlflow-api.ts';

/** One kind of load on one server, with what it needs to know whether the answers are right. */
export interface Workload {
  /** What is measured where it is not what was asked for. */
  readonly note?: string;
  /** One request of one client and a cheap look at its answer; throws when it is wrong. */
  once(connection: LeanConnection, client: number): Promise<void>;
  /** A thorough look, outside of the time that counts; says what was found, throws when it is wrong. */
  verify(api: MlflowApi): Promise<string>;
}
