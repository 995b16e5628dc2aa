import type { ServiceProcess } from '@millrace/testing';
import type { ProofReport } from '../run/proof-report.ts';
import type { MlflowCalls } from './mlflow-calls.ts';
import { residentMegabytes } from './resident-megabytes.ts';

export interface Filling {
  readonly report: ProofReport;
  readonly calls: MlflowCalls;
  readonly experiment: string;
  readonly service: ServiceProcess;
}

const clients = 16;
const entries = 20;
const looks = 10;
/** What the second half of the runs may add to the memory that the first half took. */
const growthMb = 100;

/** Creates runs of 20 params and 20 metrics each, and shows that the service's memory does not grow with them. */
export async function fillWithRuns({
  report,
  calls,
  experiment,
  runs,
  service,
}: Filling & { runs: number }): Promise<Set<string>> {
  const ids = new Set<string>();
  const resident: number[] = [];
  const startMs = performance.now();
  for (let look = 1; look <= looks; look += 1) {
    const until = Math.round((runs * look) / looks);
    let next = Math.round((runs * (look - 1)) / looks);
    const client = async (): Promise<void> => {
      while (next < until) ids.add(await createRun(calls, experiment, next++));
    };
    await Promise.all(Array.from({ length: clients }, client));
    resident.push(await residentMegabytes(service));
    const seconds = Math.round((performance.now() - startMs) / 1_000);
    report.say(`${ids.size} runs in ${seconds} s; tracking takes ${resident.at(-1)} MB`);
  }
  report.equal(ids.size, runs, `runs of ${entries} params and ${entries} metrics each`);
  const half = Math.max(...resident.slice(0, looks / 2));
  const all = Math.max(...resident);
  report.check(
    all - half <= growthMb,
    `the second half of the runs adds at most ${growthMb} MB to what tracking takes`,
    `${half} MB, then ${all} MB`,
  );
  return ids;
}

async function createRun(calls: MlflowCalls, experiment: string, number: number): Promise<string> {
  const id = await calls.createRun({ experiment_id: experiment, run_name: `run ${number}`, start_time: number });
  await calls.write('runs/log-batch', {
    run_id: id,
    params: Array.from({ length: entries }, (_, index) => ({ key: `p${index}`, value: String((number + index) % 97) })),
    metrics: Array.from({ length: entries }, (_, index) => ({
      key: `m${index}`,
      value: Math.sin(number + index),
      timestamp: number,
      step: 0,
    })),
  });
  return id;
}
