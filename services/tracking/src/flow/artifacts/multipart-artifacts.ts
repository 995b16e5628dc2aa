import {
  isArtifactHash,
  maxParts,
  type ArtifactHash,
  type MultipartUploads,
  type Upload,
  type UploadPart,
} from '@millrace/artifacts';
import { doesNotExist, invalidParameter } from '@millrace/mlflow-protocol';
import { crashPoint } from '@millrace/service-kit';
import type { Arriving } from './stored-artifacts.ts';
import { inMlflowTerms, type ArtifactTarget, type ArtifactWrites } from './artifact-writes.ts';

export interface NamedPart {
  readonly number: number;
  /** As the answer to the part said it, with quotes or without. */
  readonly etag: string;
}

/**
 * Files of runs, models and traces that come in parts. The state of an upload lies in the store: any instance takes any part,
 * and after a crash the upload goes on where it was.
 */
export class MultipartArtifacts {
  readonly #uploads: MultipartUploads;
  readonly #writes: ArtifactWrites;

  constructor(uploads: MultipartUploads, writes: ArtifactWrites) {
    this.#uploads = uploads;
    this.#writes = writes;
  }

  /** The id of an upload to the path, for that many parts at first; more may be sent. */
  async create(path: string, parts: number): Promise<string> {
    if (parts < 1 || parts > maxParts)
      throw invalidParameter(`Invalid value ${parts} for parameter 'num_parts': must be between 1 and ${maxParts}.`);
    await this.#writes.limits(await this.#writes.target(path), 0);
    return this.#uploads.open(path);
  }

  async find(id: string): Promise<Upload> {
    const upload = await this.#uploads.find(id);
    if (upload === null)
      throw doesNotExist(`There is no multipart upload ${JSON.stringify(id.slice(0, 100))}: create a new one`);
    return upload;
  }

  async putPart(id: string, number: number, { content, declaredBytes, expected }: Arriving): Promise<UploadPart> {
    if (!Number.isInteger(number) || number < 1 || number > maxParts)
      throw invalidParameter(`Invalid part number: parts have numbers from 1 to ${maxParts}.`);
    const upload = await this.find(id);
    if (upload.completed !== null) throw invalidParameter(`The multipart upload ${id} is complete: create a new one`);
    const target = await this.#writes.target(upload.target);
    const others = upload.parts.filter((part) => part.number !== number);
    const arrived = others.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const { maxBytes } = await this.#writes.limits(target, arrived + declaredBytes);
    const limits = { ...(maxBytes !== undefined && { maxBytes: maxBytes - arrived }), ...(expected && { expected }) };
    return inMlflowTerms(this.#uploads.putPart(id, number, content, limits));
  }

  /** The file is listed from here on. A repeat, after an answer that was lost, changes nothing. */
  async complete(path: string, id: string, parts: readonly NamedPart[], actor: string): Promise<void> {
    const upload = await this.find(id);
    const target = await this.#targetOf(path, id, upload);
    const stored = await inMlflowTerms(this.#uploads.complete(id, upload, parts.map(chosenPart)));
    crashPoint('tracking.after-parts-joined');
    await this.#writes.name(target, stored, actor);
  }

  /** Of an upload that is not there (any more) too: clients abort what they do not know the state of. */
  async abort(path: string, id: string): Promise<void> {
    const upload = await this.#uploads.find(id);
    if (upload === null) return;
    await this.#targetOf(path, id, upload);
    await this.#uploads.remove(id);
  }

  async #targetOf(path: string, id: string, upload: Upload): Promise<ArtifactTarget> {
    if (upload.target !== path)
      throw invalidParameter(
        `The multipart upload ${id} is one of ${JSON.stringify(upload.target)}, not of ${JSON.stringify(path)}`,
      );
    return this.#writes.target(path);
  }
}

function chosenPart({ number, etag }: NamedPart): { number: number; hash: ArtifactHash } {
  const hash = etag.replace(/^"(.*)"$/, '$1');
  if (!isArtifactHash(hash))
    throw invalidParameter(`Invalid ETag ${JSON.stringify(etag.slice(0, 100))} of part ${number}: send the part again`);
  return { number, hash };
}
