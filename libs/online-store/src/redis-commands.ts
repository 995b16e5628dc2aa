/** What the store needs of a Redis connection, with the fence scripts as commands. */
export interface RedisCommands {
  fenceClaimBuffer(fenceKey: string, nonce: string, recordedProgress: string): Promise<(Buffer | null)[]>;
  fenceCommit(keysAndArguments: readonly (string | number | Buffer)[]): Promise<string>;
  unlink(names: readonly string[]): Promise<number>;
  getBuffer(key: string): Promise<Buffer | null>;
  set(key: string, value: Buffer, ...options: readonly (string | number)[]): Promise<'OK' | null>;
  mgetBuffer(keys: readonly string[]): Promise<(Buffer | null)[]>;
  hmgetBuffer(key: string, ...fields: string[]): Promise<(Buffer | null)[]>;
  scan(cursor: string, match: 'MATCH', pattern: string, count: 'COUNT', size: number): Promise<[string, string[]]>;
}
