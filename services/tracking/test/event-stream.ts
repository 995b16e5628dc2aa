export interface StreamedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: {
    readonly run?: { readonly info: { readonly run_id: string } };
    readonly run_id?: string;
    readonly metrics?: readonly { readonly step: number }[];
    readonly params?: readonly { readonly value: string }[];
  };
}

/** Reads server-sent events as a browser does, until the stream ends, breaks off or is aborted. */
export async function* eventStream(
  url: string,
  { after, signal }: { readonly after?: string; readonly signal?: AbortSignal } = {},
): AsyncGenerator<StreamedEvent, void, void> {
  const response = await fetch(url, {
    headers: { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': after }) },
    ...(signal && { signal }),
  });
  if (!response.ok || response.body === null)
    throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  let text = '';
  let id = after ?? '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
      id = fields.get('id') ?? id;
      const event = fields.get('event');
      if (event !== undefined)
        yield { id, event, data: JSON.parse(fields.get('data') ?? '{}') as StreamedEvent['data'] };
    }
  }
}
