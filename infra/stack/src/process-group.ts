/** Signals every process of the group that `leader` was started to lead (`detached: true`) and says whether one was there. */
export function signalGroup(leader: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(-leader, name);
  } catch {
    // All of them have ended.
    return false;
  }
}
