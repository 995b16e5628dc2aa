import { checkLength, invalidParameter } from '@millrace/mlflow-protocol';

const longestUrl = 2048;

/** The parsed address of a webhook; throws MLflow's refusals of what is no address, or not of an allowed kind. */
export function parseWebhookUrl(url: string, schemes: readonly string[]): URL {
  if (url.trim() === '') throw invalidParameter(`Webhook URL cannot be empty or just whitespace: '${url}'`);
  checkLength(url, { path: 'url', max: longestUrl });
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? '';
  if (!schemes.includes(scheme)) {
    throw invalidParameter(`Invalid webhook URL scheme: '${scheme}'. Allowed schemes are: ${schemes.join(', ')}.`);
  }
  if (!/^[a-z]+:\/\/([^/?#]*@)?[^/?#@:]|^[a-z]+:\/\/([^/?#]*@)?\[/i.test(url)) {
    throw invalidParameter(`Webhook URL must include a hostname: '${url}'`);
  }
  try {
    return new URL(url);
  } catch (cause) {
    throw invalidParameter(`Invalid webhook URL '${url}': ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** The name or the address without the brackets of IPv6. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
