import { Transform, type TransformCallback } from 'node:stream';

const closing = /^\d+ passed, \d+ failed$/;

/** Passes a program's output on by line, but keeps its counted closing line: that comes last, when everything has stopped. */
export class ClosingLine extends Transform {
  #rest = '';
  #line: string | null = null;

  /** Null for a program that has not counted anything. */
  get line(): string | null {
    return this.#line;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const lines = (this.#rest + chunk.toString()).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#pass(`${line}\n`, line);
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#pass(this.#rest, this.#rest);
    done();
  }

  #pass(text: string, line: string): void {
    if (closing.test(line)) this.#line = line;
    else this.push(text);
  }
}
