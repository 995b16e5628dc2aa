const startedAt = performance.now();

/** One progress line with the seconds since this process began: the only way the stack talks to a person. */
export function say(text: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
  process.stdout.write(`${seconds}s  ${text}\n`);
}
