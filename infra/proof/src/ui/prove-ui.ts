import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ensureChromium } from '@millrace/stack';
import { runServices, testNamespace } from '@millrace/testing';
import type { ProofReport } from '../run/proof-report.ts';
import { openBrowser, visit } from './browser.ts';
import { serveBundle } from './bundle-server.ts';
import { fill } from './fill.ts';
import { knownFailures } from './known-failures.ts';
import { visits } from './visits.ts';

export interface UiProofOptions {
  readonly report: ProofReport;
  readonly runs: number;
  readonly points: number;
  /** Folder for a picture of each page. */
  readonly screenshots: string;
}

/** MLflow's own pages, unmodified, and Millrace's comparison of runs, in a real browser. */
export async function proveUi({ report, runs, points, screenshots }: UiProofOptions): Promise<void> {
  const command = await ensureChromium(AbortSignal.timeout(600_000));
  report.say('starting tracking, registry and gateway');
  await using services = await runServices(testNamespace(), ['tracking', 'registry']);
  const gateway = await services.launch('gateway');
  await untilUp(gateway.url);
  const folder = await bundleFolder(services.env['MILLRACE_PYTHON'] ?? 'python3');
  const filled = await fill(gateway.url, { env: services.env, report, runs, points });
  await using bundle = await serveBundle(folder, gateway.url);
  const browser = await openBrowser(command);
  try {
    for (const place of visits(filled)) {
      const { missing, failures, errors, told, requests } = await visit(browser, bundle.url, { place, screenshots });
      report.check(missing.length === 0, `${place.name}: shows what it must`, missing.join(', '));
      const unknown = failures.filter(
        ({ request, what }) => !knownFailures.some((known) => known.request.test(request) && known.status === what),
      );
      const said = unknown.map(({ request, what }) => `${request} ${what}`).join(', ');
      report.check(unknown.length === 0, `${place.name}: none of ${requests} requests fails that may not`, said);
      report.check(errors.length === 0, `${place.name}: its scripts throw nothing`, errors.join(', ').slice(0, 500));
      if (place.isOurs) report.check(told.length === 0, `${place.name}: the browser tells no error`, told.join(', '));
    }
  } finally {
    await browser.close();
  }
  report.say(`pictures of the pages are in ${screenshots}`);
}

/** Where the package holds its user interface; found without importing it, which takes seconds. */
async function bundleFolder(python: string): Promise<string> {
  const find = 'import importlib.util; print(importlib.util.find_spec("mlflow").submodule_search_locations[0])';
  const { stdout } = await promisify(execFile)(python, ['-c', find]);
  return path.join(stdout.trim(), 'server', 'js', 'build');
}

/** The gateway is never ready here, since services that no page asks for do not run. */
async function untilUp(url: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 100) {
    const response = await fetch(`${url}/version`).catch(() => null);
    if (response?.ok) return;
    await sleep(100);
  }
  throw new Error(`${url} does not answer`);
}
