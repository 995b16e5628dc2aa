import { setTimeout as sleep } from 'node:timers/promises';
import { allPages } from './all-pages.ts';
import type { Filling } from './fill-with-runs.ts';
import { residentMegabytes } from './resident-megabytes.ts';

const searches = [
  { what: 'newest first', search: {} },
  { what: 'by a metric', search: { order_by: ['metrics.m3 DESC'] } },
  {
    what: 'by a param, filtered',
    search: { order_by: ['params.p1 ASC'], filter: "metrics.m0 >= -2 AND params.p2 != 'x'" },
  },
];
const pageSize = 1_000;
const pauseOfArrivalMs = 20;
const largestMb = 1_000;

/** Pages through all runs while more arrive: each of those that were there is met once. */
export async function pageThroughAll({
  report,
  calls,
  experiment,
  ids,
  service,
}: Filling & { ids: ReadonlySet<string> }): Promise<void> {
  let paging = true;
  let arrived = 0;
  const arrivals = (async () => {
    for (; paging; arrived += 1) {
      const id = await calls.createRun({
        experiment_id: experiment,
        run_name: 'arrived',
        start_time: ids.size + arrived,
      });
      await calls.write('runs/log-metric', { run_id: id, key: 'm3', value: Math.cos(arrived), timestamp: 0, step: 0 });
      await sleep(pauseOfArrivalMs);
    }
  })();
  try {
    for (const { what, search } of searches) {
      const startMs = performance.now();
      const met = new Set<string>();
      let repeats = 0;
      let pages = 0;
      for await (const page of allPages(calls, { experiment_ids: [experiment], max_results: pageSize, ...search })) {
        pages += 1;
        for (const { info } of page) {
          if (met.has(info.run_id)) repeats += 1;
          met.add(info.run_id);
        }
      }
      const missing = [...ids].filter((id) => !met.has(id)).length;
      report.equal(missing, 0, `runs that pages ${what} leave out`);
      report.equal(repeats, 0, `runs that pages ${what} repeat`);
      const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
      report.say(`${pages} pages ${what} in ${seconds} s; tracking takes ${await residentMegabytes(service)} MB`);
    }
  } finally {
    paging = false;
    await arrivals;
  }
  report.check(arrived > 0, 'runs arrived meanwhile', `${arrived}`);
  const resident = await residentMegabytes(service);
  report.check(resident <= largestMb, `tracking takes at most ${largestMb} MB`, `${resident} MB`);
}
