/**
 * Runs the works side by side and returns when every one has ended, so that nothing goes on behind its caller's back: the first
 * failure aborts the others and is the one that is thrown, unless `signal` was aborted, whose reason comes first.
 */
export async function together(
  signal: AbortSignal,
  works: readonly ((signal: AbortSignal) => Promise<unknown>)[],
): Promise<void> {
  const failed = new AbortController();
  const joint = AbortSignal.any([signal, failed.signal]);
  await Promise.allSettled(
    works.map(async (work) => {
      try {
        await work(joint);
      } catch (error) {
        failed.abort(error);
      }
    }),
  );
  signal.throwIfAborted();
  failed.signal.throwIfAborted();
}
