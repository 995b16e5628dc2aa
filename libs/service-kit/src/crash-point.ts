/**
 * Named places where a test may kill this process as the kernel would: `MILLRACE_CRASH_POINTS=registry.after-append:3`
 * sends SIGKILL at the third pass. Without the variable a pass costs one comparison.
 */
export type CrashPlan = Map<string, number>;

export function parseCrashPlan(text: string | undefined): CrashPlan {
  const plan: CrashPlan = new Map();
  for (const entry of (text ?? '').split(',')) {
    const [name = '', count = '1'] = entry.trim().split(':');
    const passes = Number(count);
    if (name === '') continue;
    if (!Number.isInteger(passes) || passes < 1) {
      throw new Error(`MILLRACE_CRASH_POINTS: "${entry}" is not name:passes with passes of 1 or more`);
    }
    plan.set(name, passes);
  }
  return plan;
}

const plan = parseCrashPlan(process.env['MILLRACE_CRASH_POINTS']);

export function crashPoint(name: string): void {
  if (plan.size === 0) return;
  const left = plan.get(name);
  if (left === undefined) return;
  if (left > 1) plan.set(name, left - 1);
  else process.kill(process.pid, 'SIGKILL');
}
