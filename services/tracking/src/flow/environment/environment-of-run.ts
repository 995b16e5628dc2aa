import { CodedError } from '@millrace/service-kit';
import type { ArtifactHash, ArtifactStore } from '@millrace/artifacts';
import type { LiveRuns } from '../runs/live-runs.ts';
import type { RunFact } from '../runs/run-facts.ts';
import type { RunHead } from '../runs/run-head.ts';
import { environmentFile, maxEnvironmentBytes, readEnvironment, type LoggedEnvironment } from './logged-environment.ts';
import { isRequirements, requirementsIn } from './requirements.ts';

export interface PackagesOfFile {
  /** The logged model that has the file; null where it is the run's own. */
  readonly modelId: string | null;
  readonly path: string;
  readonly requirements: readonly string[];
}

export interface RunEnvironment {
  readonly runId: string;
  readonly user: string | null;
  readonly source: { readonly type: string | null; readonly name: string | null; readonly entryPoint: string | null };
  readonly git: {
    readonly commit: string | null;
    readonly branch: string | null;
    readonly repository: string | null;
    readonly dirty: boolean | null;
  };
  readonly container: { readonly image: string | null; readonly id: string | null; readonly digest: string | null };
  readonly packages: readonly PackagesOfFile[];
  /** The newest of each system metric that MLflow's client samples. */
  readonly systemMetrics: readonly RunFact[];
  readonly logged: LoggedEnvironment | null;
  readonly problems: readonly string[];
}

/** Of more files and models than this the rest is named as a problem and not read. */
const maxFiles = 20;

/** What a run ran in and on: what MLflow's client logs by itself, and what the run says in a file of its own. */
export class EnvironmentOfRun {
  readonly #live: Pick<LiveRuns, 'get'>;
  readonly #store: Pick<ArtifactStore, 'read'>;

  constructor(live: Pick<LiveRuns, 'get'>, store: Pick<ArtifactStore, 'read'>) {
    this.#live = live;
    this.#store = store;
  }

  async of(runId: string): Promise<RunEnvironment> {
    const head = await this.#live.get('run', runId);
    if (head === null) throw new CodedError('TRACKING_RUN_NOT_FOUND', `there is no run ${JSON.stringify(runId)}`);
    const problems: string[] = [];
    const logged = await this.#logged(head, problems);
    const packages = await this.#packages(head, problems);
    const tag = (key: string): string | null => head.tag(key) ?? null;
    const dirty = tag('mlflow.source.git.dirty');
    return {
      runId,
      user: head.attribute('user_id') ?? tag('mlflow.user'),
      source: {
        type: tag('mlflow.source.type'),
        name: tag('mlflow.source.name'),
        entryPoint: tag('mlflow.project.entryPoint'),
      },
      git: {
        commit: logged?.git?.commit ?? tag('mlflow.source.git.commit'),
        branch: logged?.git?.branch ?? tag('mlflow.source.git.branch'),
        repository: logged?.git?.repository ?? tag('mlflow.source.git.repoURL'),
        dirty: logged?.git?.dirty ?? (dirty === null ? null : dirty.toLowerCase() === 'true'),
      },
      container: {
        image: logged?.container?.image ?? tag('mlflow.docker.image.uri'),
        id: logged?.container?.id ?? tag('mlflow.docker.image.id'),
        digest: logged?.container?.digest ?? null,
      },
      packages,
      systemMetrics: head.metrics.filter(({ key }) => key.startsWith('system/')),
      logged,
      problems,
    };
  }

  async #logged(head: RunHead, problems: string[]): Promise<LoggedEnvironment | null> {
    const file = head.artifact(environmentFile);
    if (file === undefined) return null;
    const content = await this.#content(file, problems);
    const read = content === null ? null : readEnvironment(content);
    if (read === null) return null;
    if ('environment' in read) return read.environment;
    problems.push(read.problem);
    return null;
  }

  async #packages(head: RunHead, problems: string[]): Promise<PackagesOfFile[]> {
    const owners: RunHead[] = [head];
    const models = head.links('model-output');
    for (const { key } of models.slice(0, maxFiles)) {
      const model = await this.#live.get('logged-model', key);
      if (model !== null) owners.push(model);
    }
    const files = owners.flatMap((owner) =>
      owner.artifacts.filter(({ key }) => isRequirements(key)).map((file) => ({ owner, file })),
    );
    if (models.length > maxFiles || files.length > maxFiles)
      problems.push(`only the packages of the first ${maxFiles} models and files are shown`);
    const packages: PackagesOfFile[] = [];
    for (const { owner, file } of files.slice(0, maxFiles)) {
      const content = await this.#content(file, problems);
      if (content === null) continue;
      const modelId = owner.subject === 'run' ? null : owner.id;
      packages.push({ modelId, path: file.key, requirements: requirementsIn(content) });
    }
    return packages;
  }

  async #content({ key, text, number }: RunFact, problems: string[]): Promise<string | null> {
    if (number > maxEnvironmentBytes) {
      problems.push(`${key} has ${number} bytes: more than ${maxEnvironmentBytes} are not read`);
      return null;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of await this.#store.read(text as ArtifactHash)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  }
}
