import { createHmac, randomBytes } from 'node:crypto';
import { CodedError } from '@millrace/service-kit';
import { isPassword } from './password-hash.ts';
import { Remembered } from './remembered.ts';

/** Each takes 32 MiB and a core. */
const mostAtOnce = 2;
const mostWaiting = 64;
const mostRemembered = 10_000;

/**
 * Whether a password is the one that was hashed. A hash takes a tenth of a second by intention and clients send the password with
 * every request: what was found is remembered, by a digest under a key that nobody else has, as long as the hash is the same.
 */
export class CheckPasswords {
  readonly #key = randomBytes(32);
  readonly #found = new Remembered<string, boolean>(mostRemembered);
  readonly #underway = new Map<string, Promise<boolean>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  check(password: string, stored: string): boolean | Promise<boolean> {
    const digest = createHmac('sha256', this.#key).update(stored).update('\0').update(password).digest('base64');
    const known = this.#found.get(digest);
    if (known !== undefined) return known;
    // All workers of a program sign in at once.
    const underway = this.#underway.get(digest);
    if (underway !== undefined) return underway;
    const checking = this.#check(password, stored, digest).finally(() => this.#underway.delete(digest));
    this.#underway.set(digest, checking);
    return checking;
  }

  async #check(password: string, stored: string, digest: string): Promise<boolean> {
    if (this.#running >= mostAtOnce) {
      if (this.#waiting.length >= mostWaiting)
        throw new CodedError(
          'ACCESS_TOO_MANY_SIGN_INS',
          'too many passwords are being checked: come again, or use an API key',
          { retryAfterSeconds: 1 },
        );
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
    try {
      const isRight = await isPassword(password, stored);
      this.#found.set(digest, isRight);
      return isRight;
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }
}
