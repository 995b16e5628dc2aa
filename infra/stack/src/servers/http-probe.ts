import { get } from 'node:http';

/** True when the address answers 2xx. Each probe has a connection of its own: a kept one would hold up a server that ends. */
export function answersOk(url: string, timeoutMs = 2_000): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: timeoutMs }, (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      response.once('close', () => resolve(status >= 200 && status < 300));
    });
    request.once('timeout', () => request.destroy(new Error('timeout')));
    request.once('error', () => resolve(false));
  });
}
