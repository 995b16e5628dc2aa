/** npm, the shell and the terminal may each pass one Ctrl-C on; what comes within this time is the same one. */
const sameKeyPressMs = 1_000;

/** For work that nobody interrupts. */
export const uninterrupted: AbortSignal = new AbortController().signal;

/**
 * Aborts `first` on Ctrl-C (or a plain kill, or a closed terminal); `again` runs when the person asks a second time.
 */
export function onInterrupt(again: () => void): AbortSignal {
  const first = new AbortController();
  let firstAt = 0;
  const handle = (): void => {
    const now = performance.now();
    if (!first.signal.aborted) {
      firstAt = now;
      first.abort(new Error('interrupted'));
    } else if (now - firstAt > sameKeyPressMs) {
      again();
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, handle);
  return first.signal;
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
