declare module 'lz4js' {
  const lz4js: {
    decompressBlock(source: Uint8Array, target: Uint8Array, from: number, length: number, targetFrom: number): number;
    compressBlock(source: Uint8Array, target: Uint8Array, from: number, length: number, hashTable: Uint32Array): number;
    compressBound(length: number): number;
  };
  export default lz4js;
}

declare module 'lz4js/xxh32.js' {
  const xxh32: { hash(seed: number, source: Uint8Array, from: number, length: number): number };
  export default xxh32;
}

declare module 'snappyjs' {
  const snappyjs: {
    uncompress(compressed: Buffer, maxLength?: number): Buffer;
    compress(plain: Buffer): Buffer;
  };
  export default snappyjs;
}
