import type { ServerResponse } from 'node:http';

export interface SentEvent {
  /** Where a subscriber goes on behind this event. */
  readonly id?: string;
  /** Absent when only the place is told. */
  readonly event?: string;
  readonly data?: unknown;
}

/** A reader who takes nothing for so long is cut off; he comes back with the place where he was. */
const stallMs = 60_000;

function eventText({ id, event, data }: SentEvent): string {
  const lines = [
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(event === undefined ? [': quiet'] : [`event: ${event}`, `data: ${JSON.stringify(data)}`]),
  ];
  return `${lines.join('\n')}\n\n`;
}

/** Sends events as they come, no faster than they are read. What fails before the first one is an answer of its own. */
export async function sendEvents(
  { open, onClosed }: { readonly open: () => ServerResponse; readonly onClosed: () => void },
  events: AsyncGenerator<SentEvent, void, void>,
): Promise<void> {
  const first = await events.next();
  const response = open();
  response.on('close', onClosed);
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    // For proxies that would collect an answer before they pass it on.
    'x-accel-buffering': 'no',
  });
  try {
    for (let next = first; next.done !== true; next = await events.next()) {
      if (response.destroyed) return;
      if (!response.write(eventText(next.value)) && !(await drained(response))) return;
    }
  } catch {
    // The headers are gone: a connection that breaks off tells the client to come again with the place where it was.
    response.destroy();
  } finally {
    await events.return();
    response.end();
  }
}

async function drained(response: ServerResponse): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const onDrain = (): void => resolve(true);
  const onClose = (): void => resolve(false);
  response.once('drain', onDrain).once('close', onClose);
  const timer = setTimeout(() => response.destroy(), stallMs);
  const isDrained = await promise;
  clearTimeout(timer);
  response.off('drain', onDrain).off('close', onClose);
  return isDrained;
}
