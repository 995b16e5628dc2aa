import { LeanConnection } from './lean-connection.ts';
import type { Workload } from './workload.ts';

export interface Slice {
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
  readonly wrong: number;
  readonly firstFault: string | null;
  /** Share of one core that the load itself took. */
  readonly loadCpu: number;
}

/** So many clients, each sending its next request when it has its answer, for a while; what is under way then is waited for. */
export async function closedLoop(
  workload: Workload,
  { url, clients, seconds }: { url: string; clients: number; seconds: number },
): Promise<Slice> {
  const connections = Array.from({ length: clients }, () => new LeanConnection(url));
  await Promise.all(connections.map((connection) => connection.open()));
  const latenciesMs: number[] = [];
  const faults: unknown[] = [];
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  const run = async (connection: LeanConnection, client: number): Promise<void> => {
    for (let atMs = startMs; atMs - startMs < seconds * 1_000;) {
      try {
        await workload.once(connection, client);
      } catch (error) {
        faults.push(error);
        // A server that refuses at once is not asked a million times.
        if (faults.length > 100) return;
      }
      const nowMs = performance.now();
      latenciesMs.push(nowMs - atMs);
      atMs = nowMs;
    }
  };
  await Promise.all(connections.map(run));
  const elapsedMs = performance.now() - startMs;
  const used = process.cpuUsage(cpu);
  for (const connection of connections) connection.close();
  return {
    perSecond: ((latenciesMs.length - faults.length) / elapsedMs) * 1_000,
    latenciesMs,
    wrong: faults.length,
    firstFault: faults.length === 0 ? null : String(faults[0]),
    loadCpu: (used.user + used.system) / 1_000 / elapsedMs,
  };
}
