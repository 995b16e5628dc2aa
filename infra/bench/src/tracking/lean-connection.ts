import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { readHttpAnswer, type HttpAnswer } from './http-answer.ts';

interface Pending {
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One kept connection, one request at a time, hardly anything between it and the socket: the load must not take the processor
 * from the server that is measured, as fetch does.
 */
export class LeanConnection {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | null = null;
  #received: Buffer[] = [];
  #pending: Pending | null = null;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#host = hostname;
    this.#port = Number(port);
  }

  async open(): Promise<void> {
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true });
    await once(socket, 'connect');
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#lost(socket, error));
    socket.on('close', () => this.#lost(socket, new Error('the server closed the connection before its answer')));
    this.#socket = socket;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  async post(path: string, body: string): Promise<HttpAnswer> {
    return this.#send(
      `POST ${path} HTTP/1.1\r\nhost: ${this.#host}:${this.#port}\r\ncontent-type: application/json\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }

  async get(path: string): Promise<HttpAnswer> {
    return this.#send(`GET ${path} HTTP/1.1\r\nhost: ${this.#host}:${this.#port}\r\n\r\n`);
  }

  async #send(request: string): Promise<HttpAnswer> {
    if (this.#socket === null) await this.open();
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    this.#pending = { resolve, reject };
    this.#socket?.write(request);
    return promise;
  }

  #receive(chunk: Buffer): void {
    this.#received.push(chunk);
    const bytes = this.#received.length === 1 ? chunk : Buffer.concat(this.#received);
    const answer = readHttpAnswer(bytes);
    if (answer === null) {
      this.#received = [bytes];
      return;
    }
    this.#received = [];
    if (answer.closes) this.close();
    const pending = this.#pending;
    this.#pending = null;
    pending?.resolve(answer);
  }

  #lost(socket: Socket, error: Error): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#received = [];
    const pending = this.#pending;
    this.#pending = null;
    pending?.reject(error);
  }
}
