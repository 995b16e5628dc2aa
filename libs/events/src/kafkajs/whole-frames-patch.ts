import { loadInternal } from './kafkajs-internals.ts';

export interface Connection {
  /** Pieces of a response that has not come whole yet. */
  chunks: readonly Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  isConnected(): boolean;
  connect(): Promise<unknown>;
  disconnect(): Promise<unknown>;
}

export interface ConnectionClass {
  new (options: object): Connection;
  readonly prototype: Connection;
}

/** Of what a response begins with: its length. */
const lengthBytes = 4;

/**
 * kafkajs 2.2.4 connects again with the same object and keeps what it had of a response that was cut off: a broker that is killed
 * in the middle of one leaves a connection on which every later response is read from the wrong byte on, so that all its
 * requests time out for ever. Here a new connection begins with a new response.
 */
export function beginWithWholeFrames(): void {
  const { prototype } = loadInternal('src/network/connection') as ConnectionClass;
  const connect = Reflect.get<Connection, 'connect'>(prototype, 'connect');
  prototype.connect = function (this: Connection): Promise<unknown> {
    if (!this.isConnected()) {
      this.chunks = [];
      this.bytesBuffered = 0;
      this.bytesNeeded = lengthBytes;
    }
    return connect.call(this);
  };
}
