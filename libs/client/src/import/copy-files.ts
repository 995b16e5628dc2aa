import { createHash, type Hash } from 'node:crypto';
import { Transform } from 'node:stream';
import { ClientError } from '../client-error.ts';
import type { ImportReport } from './import-report.ts';
import { whole, type ListedFile } from './mlflow-entities.ts';
import type { SourceFiles } from './mlflow-source.ts';
import type { MillraceTarget } from './millrace-target.ts';

const attempts = 3;

/** Files of one run, logged model or trace, each streamed through; what arrived is compared with what was sent by its hash. */
export class CopyFiles {
  readonly #target: MillraceTarget;
  readonly #report: ImportReport;

  constructor(target: MillraceTarget, report: ImportReport) {
    this.#target = target;
    this.#report = report;
  }

  async run(
    from: SourceFiles,
    to: { readonly what: string; readonly artifactUri: string; readonly isNew: boolean },
    beforeWrite: () => Promise<void>,
  ): Promise<void> {
    const { what, artifactUri, isNew } = to;
    const isOurs = artifactUri.startsWith('mlflow-artifacts:');
    const held = new Map(
      isNew || !isOurs ? [] : (await this.#target.files(artifactUri)).map((file) => [file.path, file.sizeBytes]),
    );
    const sent = new Map<string, string>();
    for await (const file of from.list()) {
      const { path } = file;
      const size = held.get(path);
      if (size === undefined && !isOurs) {
        this.#report.problems.push(
          `the files of ${what} are not copied: its experiment keeps them at ${artifactUri}, which is not this platform's`,
        );
        return;
      }
      if (size === undefined) {
        await beforeWrite();
        sent.set(path, await this.#send(from, file, artifactUri));
        this.#report.tell('file', 'copied');
      } else if (file.file_size === undefined || whole(file.file_size) === size) {
        this.#report.tell('file', 'there');
      } else {
        this.#report.problems.push(
          `${path} of ${what} has ${size} bytes here and ${whole(file.file_size)} there: it is left as it is`,
        );
      }
    }
    if (sent.size > 0) await this.#verify(what, artifactUri, sent);
  }

  /** The hash of what was sent. */
  async #send(from: SourceFiles, file: ListedFile, artifactUri: string): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#sendOnce(from, file, artifactUri);
      } catch (error) {
        const passes = error instanceof ClientError && error.code === 'CLIENT_UNREACHABLE';
        if (!passes || attempt === attempts) throw error;
      }
    }
  }

  async #sendOnce(from: SourceFiles, { path, file_size: listed }: ListedFile, artifactUri: string): Promise<string> {
    const answer = await from.open(path);
    const counter = hashing();
    let broken: Error | undefined;
    // A source that breaks off must break the upload too: half a file is none.
    answer.on('error', (error) => {
      broken = error;
      counter.stream.destroy(error);
    });
    const sizeBytes = answer.headers['content-length'] ?? listed;
    const size = sizeBytes === undefined ? undefined : whole(sizeBytes);
    try {
      await this.#target.putFile(artifactUri, path, answer.pipe(counter.stream), size);
    } catch (error) {
      answer.destroy();
      if (broken === undefined) throw error;
      throw new ClientError('CLIENT_UNREACHABLE', `the source broke off within the file ${path}: ${broken.message}`, {
        cause: broken,
      });
    }
    this.#report.bytes += counter.bytes();
    return counter.hash.digest('hex');
  }

  async #verify(what: string, artifactUri: string, sent: ReadonlyMap<string, string>): Promise<void> {
    const stored = new Map((await this.#target.files(artifactUri)).map(({ path, hash }) => [path, hash]));
    for (const [path, hash] of sent) {
      const found = stored.get(path);
      if (found === hash) continue;
      // What is there is taken for right by the next import.
      if (found !== undefined) await this.#target.removeFile(artifactUri, path);
      throw new ClientError(
        'CLIENT_IMPORT_FILE_BROKEN',
        `${path} of ${what} was sent with the SHA-256 ${hash} and is ${found ?? 'not there'} now: run the import again`,
      );
    }
  }
}

function hashing(): { readonly stream: Transform; readonly hash: Hash; bytes(): number } {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, hash, bytes: () => bytes };
}
