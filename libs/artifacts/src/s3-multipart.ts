import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type CompletedPart,
  type S3Client,
} from '@aws-sdk/client-s3';

export interface S3Place {
  readonly Bucket: string;
  readonly Key: string;
}

const copiedPartBytes = 1024 ** 3;

/** One object that is sent in parts. It is not there until it is complete. */
export class S3Multipart {
  readonly place: S3Place;
  readonly #client: S3Client;
  readonly #uploadId: string;
  readonly #parts: CompletedPart[] = [];

  private constructor(client: S3Client, place: S3Place, uploadId: string) {
    this.#client = client;
    this.place = place;
    this.#uploadId = uploadId;
  }

  static async begin(client: S3Client, place: S3Place): Promise<S3Multipart> {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(place));
    if (UploadId === undefined) throw new Error('the S3 server gave no id for a multipart upload');
    return new S3Multipart(client, place, UploadId);
  }

  /** Ends uploads below the place that a crash has left open: their parts cost room that no listing shows. */
  static async sweep(client: S3Client, { Bucket, Key }: S3Place, beforeMs: number): Promise<void> {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }));
    for (const { Key: key, UploadId, Initiated } of Uploads) {
      if (key === undefined || UploadId === undefined || Initiated === undefined) continue;
      if (Initiated.getTime() >= beforeMs) continue;
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId }));
    }
  }

  async add(content: Buffer): Promise<void> {
    const PartNumber = this.#parts.length + 1;
    const { ETag } = await this.#client.send(new UploadPartCommand({ ...this.#upload(), PartNumber, Body: content }));
    this.#parts.push({ PartNumber, ...(ETag !== undefined && { ETag }) });
  }

  async addCopy(from: string, range: string): Promise<void> {
    const PartNumber = this.#parts.length + 1;
    const { CopyPartResult } = await this.#client.send(
      new UploadPartCopyCommand({ ...this.#upload(), PartNumber, CopySource: from, CopySourceRange: range }),
    );
    const ETag = CopyPartResult?.ETag;
    this.#parts.push({ PartNumber, ...(ETag !== undefined && { ETag }) });
  }

  async complete(): Promise<void> {
    await this.#client.send(
      new CompleteMultipartUploadCommand({ ...this.#upload(), MultipartUpload: { Parts: this.#parts } }),
    );
  }

  /** After a failure, whose error is the one to tell. */
  async abort(): Promise<void> {
    await this.#client.send(new AbortMultipartUploadCommand(this.#upload())).catch(() => {});
  }

  #upload() {
    return { ...this.place, UploadId: this.#uploadId };
  }
}

/** Inside the server, for objects that are too large for its simple copy. */
export async function copyInParts(
  client: S3Client,
  { from, to, sizeBytes }: { readonly from: string; readonly to: S3Place; readonly sizeBytes: number },
  partBytes = copiedPartBytes,
): Promise<void> {
  const upload = await S3Multipart.begin(client, to);
  try {
    for (let first = 0; first < sizeBytes; first += partBytes) {
      await upload.addCopy(from, `bytes=${first}-${Math.min(first + partBytes, sizeBytes) - 1}`);
    }
    await upload.complete();
  } catch (error) {
    await upload.abort();
    throw error;
  }
}
