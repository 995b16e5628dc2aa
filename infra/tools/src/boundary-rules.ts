/** What a package may import, by the kind in its nx tags; nothing else in the repository says so. */
export const kinds = ['pure', 'adapter', 'kit', 'service', 'testing', 'tool'] as const;
export type Kind = (typeof kinds)[number];

export interface WorkspacePackage {
  readonly name: string;
  /** Folder within the repository, for example libs/events. */
  readonly folder: string;
  readonly kind: Kind;
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
}

export interface SourceFile {
  /** Path within the repository. */
  readonly path: string;
  readonly text: string;
}

export interface Workspace {
  readonly packages: ReadonlyMap<string, WorkspacePackage>;
  /** The root's development dependencies: every test may use them. */
  readonly rootDependencies: ReadonlySet<string>;
}

const mayImport: Readonly<Record<Kind, readonly Kind[]>> = {
  pure: ['pure'],
  adapter: ['pure', 'adapter'],
  kit: ['pure', 'adapter', 'kit'],
  service: ['pure', 'adapter', 'kit'],
  testing: ['pure', 'adapter', 'kit', 'testing', 'tool'],
  tool: ['pure', 'adapter', 'kit', 'testing', 'tool'],
};

/** Tests may also use what starts servers and services. */
const testsMayImport: readonly Kind[] = ['testing', 'tool'];

/** Clients of the engines: known to one lib each. The bench measures the bare client too. */
const owners: Readonly<Record<string, readonly string[]>> = {
  kafkajs: ['@millrace/events', '@millrace/bench'],
  ioredis: ['@millrace/online-store'],
  '@clickhouse/client': ['@millrace/clickhouse'],
  '@nestjs/microservices': [],
};

const pureModules: ReadonlySet<string> = new Set(['node:assert', 'node:buffer', 'node:crypto', 'node:util']);

/** What makes the same call give another answer, or reach outside; pure packages are given it as arguments. */
const impurities: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\s*\(/, 'reads the clock (Date.now)'],
  [/\bnew Date\(\s*\)/, 'reads the clock (new Date())'],
  [/\bperformance\.now\s*\(/, 'reads the clock (performance.now)'],
  [/\bMath\.random\s*\(/, 'draws randomness (Math.random)'],
  [/\brandom(UUID|Bytes|Int)\b/, 'draws randomness (node:crypto)'],
  [/\bprocess\./, 'looks at the process'],
  [/\bset(Timeout|Interval|Immediate)\s*\(/, 'waits for a timer'],
  [/\bfetch\s*\(/, 'does I/O (fetch)'],
  [/^\s*@[A-Z]\w*\(/m, 'carries a decorator'],
];

/** Tests, and what only tests use: test-bed.ts, x-for-tests.ts, x-under-test.ts, x.contract.ts. */
export function isTest(path: string): boolean {
  return /\.spec\.ts$|\/test\/|(test-bed|for-tests|under-test|\.contract)\.ts$/.test(path);
}

/** Everything that one file does across a boundary it should keep, one line a fault. */
export function boundaryFaults(from: WorkspacePackage, file: SourceFile, workspace: Workspace): string[] {
  const faults = importsOf(file.text).flatMap((specifier) => importFault(from, file, specifier, workspace) ?? []);
  if (from.kind === 'pure' && !isTest(file.path)) {
    const code = withoutComments(file.text);
    for (const [pattern, what] of impurities) {
      if (pattern.test(code)) faults.push(`${what}; ${from.name} is kind:pure: take it as an argument`);
    }
  }
  return faults.map((fault) => `${file.path}: ${fault}`);
}

function importFault(
  from: WorkspacePackage,
  file: SourceFile,
  specifier: string,
  workspace: Workspace,
): string | undefined {
  const test = isTest(file.path);
  if (specifier.startsWith('.')) {
    const target = new URL(specifier, `file:///${file.path}`).pathname.slice(1);
    return target.startsWith(`${from.folder}/`) ? undefined : `imports "${specifier}" out of its own package`;
  }
  if (specifier.startsWith('node:')) {
    const impure = from.kind === 'pure' && !test && !pureModules.has(specifier);
    return impure ? `imports ${specifier}; ${from.name} is kind:pure and does no I/O` : undefined;
  }
  const name = packageOf(specifier);
  const owning = owners[name];
  if (owning && !owning.includes(from.name)) {
    return `imports ${name}, which only ${owning.join(', ') || 'nobody'} may know`;
  }
  const target = workspace.packages.get(name);
  if (target && target.name !== from.name) {
    const allowed = mayImport[from.kind].includes(target.kind) || (test && testsMayImport.includes(target.kind));
    if (!allowed) return `imports ${name}: kind:${from.kind} may not import kind:${target.kind}`;
  }
  const declared =
    name === from.name ||
    from.dependencies.has(name) ||
    from.devDependencies.has(name) ||
    workspace.rootDependencies.has(name);
  return declared ? undefined : `imports ${name}, which ${from.folder}/package.json does not declare`;
}

const importPatterns = [
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
  /\brequire\(\s*['"]([^'"]+)['"]\s*\)/g,
];

export function importsOf(text: string): string[] {
  const code = withoutComments(text);
  return importPatterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ''));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
