const prefix = 'training_spine_';
const dayMs = 86_400_000;

/** The table of a training set that is being built; its name says when, for a process that is killed cannot drop it. */
export function spineTableName(id: string, nowMs: number): string {
  return `${prefix}${nowMs}_${id.replaceAll('-', '')}`;
}

/** Tables that nobody can be building from any more. */
export function abandonedSpines(tables: readonly string[], nowMs: number): string[] {
  return tables.filter((name) => {
    const [, beganMs] = /^training_spine_(\d+)_[0-9a-f]+$/.exec(name) ?? [];
    return beganMs !== undefined && Number(beganMs) < nowMs - dayMs;
  });
}
