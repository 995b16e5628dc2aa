import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { invalidParameter } from '@millrace/mlflow-protocol';
import { retryAfterMs } from '../../flow/webhooks/judge-attempt.ts';
import type { Sent, WebhookAddresses, WebhookMessage, WebhookSender } from '../../flow/webhooks/ports.ts';
import { hostOf, parseWebhookUrl } from '../../flow/webhooks/webhook-url.ts';
import { checkLiteral, ForbiddenAddressError, guardedLookup } from './guarded-lookup.ts';

export interface HttpWebhookSenderOptions {
  readonly schemes: readonly string[];
  readonly allowPrivateAddresses: boolean;
  readonly timeoutMs: number;
}

/** Of an answer that nobody but `test` looks at. */
const longestAnswerBytes = 65_536;

/** Posts to addresses that users gave. Follows no redirect, uses no proxy, and connects to public addresses only unless it may. */
export class HttpWebhookSender implements WebhookSender, WebhookAddresses {
  readonly #options: HttpWebhookSenderOptions;

  constructor(options: HttpWebhookSenderOptions) {
    this.#options = options;
  }

  async check(url: string): Promise<void> {
    const host = hostOf(parseWebhookUrl(url, this.#options.schemes));
    if (this.#options.allowPrivateAddresses) return;
    try {
      checkLiteral(host);
      await new Promise<void>((resolve, reject) => {
        guardedLookup(host, { all: true }, (error) => (error === null ? resolve() : reject(error)));
      });
    } catch (error) {
      if (error instanceof ForbiddenAddressError) {
        throw invalidParameter(
          `Webhook URL must not resolve to a non-public IP address. '${host}' resolves to ${error.address}.`,
        );
      }
      throw invalidParameter(`Cannot resolve Webhook URL hostname '${host}': ${messageOf(error)}`);
    }
  }

  async send({ url, headers, body }: WebhookMessage, signal: AbortSignal): Promise<Sent> {
    const { schemes, allowPrivateAddresses, timeoutMs } = this.#options;
    try {
      const parsed = parseWebhookUrl(url, schemes);
      if (!allowPrivateAddresses) checkLiteral(hostOf(parsed));
      const options: RequestOptions = {
        method: 'POST',
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
        agent: false,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        ...(!allowPrivateAddresses && { lookup: guardedLookup }),
      };
      return await post(parsed, options, body);
    } catch (error) {
      const isFinal = error instanceof ForbiddenAddressError;
      return { kind: 'unanswered', reason: reasonOf(error, timeoutMs), isFinal };
    }
  }
}

async function post(url: URL, options: RequestOptions, body: string): Promise<Sent> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, resolve);
    request.once('error', reject);
    request.end(body);
  });
  const answered = {
    kind: 'answered',
    status: response.statusCode ?? 0,
    retryAfterMs: retryAfterMs(response.headers['retry-after'], Date.now()),
  } as const;
  return { ...answered, text: await beginningOf(response) };
}

/** An answer that breaks off is an answer all the same: its status has come. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= longestAnswerBytes) break;
    }
  } catch {
    // As far as it came.
  }
  return Buffer.concat(chunks).subarray(0, longestAnswerBytes).toString('utf8');
}

function reasonOf(error: unknown, timeoutMs: number): string {
  const isTimeout = error instanceof Error && error.cause instanceof Error && error.cause.name === 'TimeoutError';
  return isTimeout ? `no answer within ${timeoutMs} ms` : messageOf(error);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
