import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { PutLimits, StoredArtifact } from './artifact-store.ts';
import { MeasuredContent } from './measured-content.ts';
import type { ByteRange, ObjectStorage, StoredObject } from './object-storage.ts';
import { asS3Error, isAbsent } from './s3-errors.ts';
import { copyInParts, S3Multipart } from './s3-multipart.ts';
import { blocksOf, firstBlockBytes } from './s3-blocks.ts';

export interface S3Settings {
  readonly bucket: string;
  /** Empty, or ending with a slash. */
  readonly prefix: string;
  readonly region: string;
  /** Of a server that is not Amazon's; its buckets are addressed by path. */
  readonly endpoint?: string;
  /** Absent: found as Amazon's tools find them (environment, profile, role of the machine). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const largestSimpleCopy = 5 * 1024 ** 3;

/** Objects in a bucket of any server that speaks S3. A content is there when its last request was, and not before. */
export class S3Objects implements ObjectStorage {
  readonly #client: S3Client;
  readonly #settings: S3Settings;

  constructor(settings: S3Settings) {
    this.#settings = settings;
    this.#client = new S3Client({
      region: settings.region,
      ...(settings.endpoint !== undefined && { endpoint: settings.endpoint, forcePathStyle: true }),
      ...(settings.credentials !== undefined && { credentials: settings.credentials }),
      // Contents are checked by their SHA-256; servers other than Amazon's do not all know the newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async write(
    content: AsyncIterable<Uint8Array>,
    keyOf: (stored: StoredArtifact) => string,
    limits: PutLimits,
  ): Promise<StoredArtifact> {
    const measured = new MeasuredContent(limits);
    let upload: S3Multipart | undefined;
    try {
      let first: Buffer = Buffer.alloc(0);
      for await (const block of blocksOf(content, (chunk) => measured.add(chunk))) {
        if (upload === undefined && block.length < firstBlockBytes) first = block;
        else await (upload ??= await this.#beginUpload()).add(block);
      }
      const stored = measured.finish();
      // What fits into one block has its name before it is sent. What does not is sent under another, then copied in the server.
      if (upload === undefined) await this.#putSmall(keyOf(stored), first);
      else await this.#publish(upload, keyOf(stored), stored.sizeBytes);
      return stored;
    } catch (error) {
      await upload?.abort();
      throw asS3Error(error);
    }
  }

  async find(key: string): Promise<StoredObject | null> {
    const found = await this.#present(this.#client.send(new HeadObjectCommand(this.#at(key))));
    if (found === null) return null;
    return { key, sizeBytes: found.ContentLength ?? 0, modifiedAtMs: found.LastModified?.getTime() ?? 0 };
  }

  async read(key: string, range?: ByteRange): Promise<Readable | null> {
    const Range = range && `bytes=${range.first}-${range.last}`;
    const found = await this.#present(
      this.#client.send(new GetObjectCommand({ ...this.#at(key), ...(Range && { Range }) })),
    );
    return found === null ? null : (found.Body as Readable);
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    const { bucket, prefix: root } = this.#settings;
    let token: string | undefined;
    do {
      const page = await this.#present(
        this.#client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: root + prefix,
            ...(token && { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key = '', Size = 0, LastModified } of page?.Contents ?? []) {
        yield { key: Key.slice(root.length), sizeBytes: Size, modifiedAtMs: LastModified?.getTime() ?? 0 };
      }
      token = page?.NextContinuationToken;
    } while (token !== undefined);
  }

  async remove(key: string): Promise<void> {
    await this.#present(this.#client.send(new DeleteObjectCommand(this.#at(key))));
  }

  /** S3 has no removal on the condition of a time: what is put between the look and the removal would be lost, so writers look again. */
  async removeOlder(key: string, beforeMs: number): Promise<boolean> {
    const found = await this.find(key);
    if (found === null || found.modifiedAtMs >= beforeMs) return false;
    await this.remove(key);
    return true;
  }

  async sweep(beforeMs: number): Promise<void> {
    for await (const { key, modifiedAtMs } of this.list('incoming/'))
      if (modifiedAtMs < beforeMs) await this.remove(key);
    await S3Multipart.sweep(this.#client, this.#at('incoming/'), beforeMs).catch((error: unknown) => {
      throw asS3Error(error);
    });
  }

  async ping(): Promise<void> {
    await this.#client.send(new HeadBucketCommand({ Bucket: this.#settings.bucket })).catch((error: unknown) => {
      throw asS3Error(error);
    });
  }

  #beginUpload(): Promise<S3Multipart> {
    return S3Multipart.begin(this.#client, this.#at(`incoming/${randomUUID()}`));
  }

  async #putSmall(key: string, content: Buffer): Promise<void> {
    await this.#client.send(new PutObjectCommand({ ...this.#at(key), Body: content }));
  }

  async #publish(upload: S3Multipart, key: string, sizeBytes: number): Promise<void> {
    await upload.complete();
    const { Bucket, Key } = upload.place;
    const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
    if (sizeBytes <= largestSimpleCopy) {
      await this.#client.send(new CopyObjectCommand({ ...this.#at(key), CopySource }));
    } else {
      await copyInParts(this.#client, { from: CopySource, to: this.#at(key), sizeBytes });
    }
    await this.#client.send(new DeleteObjectCommand(upload.place));
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#settings.bucket, Key: this.#settings.prefix + key };
  }

  async #present<T>(call: Promise<T>): Promise<T | null> {
    try {
      return await call;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw asS3Error(error);
    }
  }
}
