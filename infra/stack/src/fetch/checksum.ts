import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

export async function verifySha256(file: string, expected: string): Promise<void> {
  const actual = await sha256Of(file);
  if (actual !== expected)
    throw new Error(`${file} has sha256 ${actual}, ${expected} is expected: delete it and try again`);
}
