import { ClientError } from '../client-error.ts';

export interface Page<T> {
  readonly items: readonly T[] | undefined;
  readonly token: string | undefined;
}

/** Everything that comes in pages, one page in memory at a time. A server that gives the same page for ever is left. */
export async function* pagesOf<T>(
  ask: (token: { readonly page_token?: string }) => Promise<Page<T>>,
): AsyncGenerator<T> {
  for (let token: string | undefined; ;) {
    const page = await ask(token === undefined ? {} : { page_token: token });
    yield* page.items ?? [];
    if (page.token === undefined || page.token === '') return;
    if (page.token === token) {
      throw new ClientError(
        'CLIENT_IMPORT_SOURCE_INVALID',
        `the server gives the page token ${JSON.stringify(token)} again and again: its listing has no end`,
      );
    }
    token = page.token;
  }
}
