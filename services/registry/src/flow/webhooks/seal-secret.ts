import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

const ivBytes = 12;
const tagBytes = 16;
const form = 'v1';

/** Keeps secrets of webhooks from whoever reads the journal: AES-256-GCM under a key that only the servers have. */
export class SecretSeal {
  readonly #key: Buffer;
  readonly #ivKey: Buffer;
  /** Says which key sealed a secret, so that another one is named as the fault. */
  readonly #keyId: string;

  constructor(key: Buffer) {
    this.#key = derive(key, 'seal');
    this.#ivKey = derive(key, 'iv');
    this.#keyId = derive(key, 'id').toString('hex').slice(0, 8);
  }

  /**
   * The same secret of the same request is sealed alike: a request that is repeated is the same command. Any other has
   * another initialisation vector, which a key must never use for two texts.
   */
  seal(secret: string, requestId: string): string {
    const iv = createHmac('sha256', this.#ivKey)
      .update(JSON.stringify([requestId, secret]))
      .digest()
      .subarray(0, ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv);
    const sealed = Buffer.concat([iv, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [form, this.#keyId, sealed.toString('base64url')].join('.');
  }

  /** Throws when the text was sealed under another key, or changed. */
  open(sealed: string): string {
    const [, keyId, text = ''] = sealed.split('.');
    if (keyId !== this.#keyId) {
      throw new Error(
        `the secret was sealed under key ${keyId}, MILLRACE_REGISTRY_SECRET_KEY is ${this.#keyId}: set the old key again, or set the webhook's secret anew`,
      );
    }
    const bytes = Buffer.from(text, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, ivBytes));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString('utf8');
  }
}

function derive(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `millrace webhook secrets: ${purpose}`, 32));
}
