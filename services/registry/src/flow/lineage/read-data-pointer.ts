import { parse } from 'yaml';
import { z } from 'zod';
import type { DataPointer } from './version-facts.ts';

/** By their specification pointers of Git LFS are smaller than this; DVC's of single outputs are, too. */
const longestPointerBytes = 1024;
const lfsVersion = /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\/v\d+$/;

const output = z.looseObject({
  path: z.string(),
  size: z.number().optional(),
  hash: z.string().optional(),
  md5: z.string().optional(),
});
const dvcFile = z.looseObject({ outs: z.array(output).min(1).max(100) });

/** True of a file that may be a pointer by its name and size: only those are read. */
export function mayBePointer({ path, sizeBytes }: { readonly path: string; readonly sizeBytes: number }): boolean {
  return sizeBytes > 0 && sizeBytes <= longestPointerBytes && !/(^|\/)(MLmodel|.*\.pkl)$/.test(path);
}

/** What a file of a run points to: an output of DVC each, or an object of Git LFS; nothing for any other file. */
export function readDataPointers(path: string, text: string): DataPointer[] {
  return path.endsWith('.dvc') ? readDvc(path, text) : readLfs(path, text);
}

function readDvc(path: string, text: string): DataPointer[] {
  const parsed = dvcFile.safeParse(parsedYaml(text));
  if (!parsed.success) return [];
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
  return parsed.data.outs.flatMap((out) => {
    const kind = out.hash ?? 'md5';
    const hash = out.md5 ?? out[kind];
    if (typeof hash !== 'string' || hash === '') return [];
    return [{ path: folder + out.path, tool: 'dvc', hash: `${kind}:${hash}`, sizeBytes: out.size ?? null } as const];
  });
}

function readLfs(path: string, text: string): DataPointer[] {
  const [version = '', ...lines] = text.split(/\r?\n/);
  const values = new Map(
    lines.map((line) => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), line.slice(space + 1)];
    }),
  );
  const oid = values.get('oid') ?? '';
  const size = values.get('size') ?? '';
  if (!lfsVersion.test(version) || !/^sha256:[0-9a-f]{64}$/.test(oid) || !/^\d{1,16}$/.test(size)) return [];
  return [{ path, tool: 'git-lfs', hash: oid, sizeBytes: Number(size) }];
}

function parsedYaml(text: string): unknown {
  try {
    // Without aliases: a few lines of them can stand for gigabytes.
    return parse(text, { maxAliasCount: 0 });
  } catch {
    return null;
  }
}
