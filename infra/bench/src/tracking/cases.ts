import type { SeededServer } from './seeded-server.ts';
import { createsOfRuns } from './workloads/create-runs.ts';
import { histories } from './workloads/histories.ts';
import { logBatches } from './workloads/log-batches.ts';
import { logMetrics } from './workloads/log-metrics.ts';
import { searches } from './workloads/search-runs.ts';
import type { Workload } from './workload.ts';

export interface BenchCase {
  /** What `--only` calls it. */
  readonly name: string;
  readonly title: string;
  readonly clients: number;
  prepare(server: SeededServer, line: { url: string; prefix: string }): Promise<Workload> | Workload;
}

export interface Sizes {
  readonly fewRuns: number;
  readonly manyRuns: number;
  readonly points: number;
}

export function casesOf({ fewRuns, manyRuns, points }: Sizes): BenchCase[] {
  const creates = (clients: number): BenchCase => ({
    name: `create-run-${clients}`,
    title: `create-run, ${clients} clients`,
    clients,
    prepare: (_, { url, prefix }) => createsOfRuns(url, `${prefix} creates ${clients}`),
  });
  return [
    {
      name: 'log-batch',
      title: 'log-batch of 1,000 metrics, 8 clients',
      clients: 8,
      prepare: (_, { url, prefix }) => logBatches(url, `${prefix} batches`, 8),
    },
    {
      name: 'log-metric',
      title: 'log-metric, 8 clients',
      clients: 8,
      prepare: (_, { url, prefix }) => logMetrics(url, `${prefix} metrics`, 8),
    },
    creates(8),
    creates(64),
    {
      name: 'search-few',
      title: `filtered search among ${fewRuns} runs, 1 client`,
      clients: 1,
      prepare: async (server) => searches(await server.few(), fewRuns),
    },
    {
      name: 'search-many',
      title: `filtered search among ${manyRuns} runs, 1 client`,
      clients: 1,
      prepare: async (server) => searches(await server.many(), manyRuns),
    },
    {
      name: 'history',
      title: `history of ${points} points, 1 client`,
      clients: 1,
      prepare: async (server) => histories(await server.history(), points),
    },
  ];
}
