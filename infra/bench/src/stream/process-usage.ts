import { readFileSync } from 'node:fs';

/** What a process has used so far. */
export interface Usage {
  readonly cpuUs: number;
  readonly residentBytes: number;
}

/** Linux counts processor time in hundredths of a second (USER_HZ). */
const usPerTick = 10_000;
const pageBytes = 4_096;

export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command in brackets may hold spaces; what follows it does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    cpuUs: (Number(fields[11]) + Number(fields[12])) * usPerTick,
    residentBytes: Number(fields[21]) * pageBytes,
  };
}

export type Usages = ReadonlyMap<string, Usage>;

export function usagesOf(pids: ReadonlyMap<string, number>): Usages {
  return new Map([...pids].map(([name, pid]) => [name, usageOf(pid)]));
}
