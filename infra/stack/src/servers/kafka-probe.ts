import { connect } from 'node:net';

/** ApiVersions version 0, the request every broker answers as soon as it serves: size, key 18, version, correlation, no client id. */
const request = Buffer.from('0000000a001200000000002affff', 'hex');

export function answersApiVersions(host: string, port: number, timeoutMs = 2_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once('data', () => finish(true));
    socket.write(request);
  });
}
