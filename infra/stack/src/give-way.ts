import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const niceness = 10;

/**
 * Lowers the priority of a process that has just been started, with all that it will start. Linux weighs sessions against
 * each other before processes (sched(7), "The autogroup feature"): the niceness of a process in a session of its own
 * counts for nothing, that of its autogroup does. Where the system refuses, the process keeps its priority.
 */
export function giveWay(pid: number): void {
  for (const lower of [
    () => setPriority(pid, niceness),
    () => writeFileSync(`/proc/${pid}/autogroup`, String(niceness)),
  ]) {
    try {
      lower();
    } catch {
      // It has ended already, or this kernel has no autogroups: nothing depends on it.
    }
  }
}
