import { authorizationOf } from '@millrace/people';
import { UnavailableError } from '@millrace/service-kit';
import { z } from 'zod';

/** Names of a feature service's features in the order in which vectors hold them. */
export interface FeatureNames {
  readonly numbers: readonly string[];
  readonly strings: readonly string[];
}

const described = z.object({ featureNames: z.array(z.string()), types: z.array(z.string()) });
/** Types of features that vectors hold in `strings`: lists and maps lie there as JSON. */
const texts = ['string', 'list', 'map'];
const TIMEOUT_MS = 10_000;

/** What the numbers of a vector are called: asked of the features service once a version, which never changes. */
export class FeatureCatalog {
  readonly #baseUrl: string;
  readonly #identity: Readonly<Record<string, string>>;
  readonly #known = new Map<string, FeatureNames>();

  constructor(baseUrl: string, serviceToken: string | undefined) {
    this.#baseUrl = baseUrl;
    this.#identity = authorizationOf(serviceToken);
  }

  /** A service or version that is not defined (any more) gives no names: its features are then called by their places. */
  async namesOf(service: string, version: number): Promise<FeatureNames> {
    const key = `${service}@${version}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const names = (await this.#ask(service, version)) ?? { numbers: [], strings: [] };
    this.#known.set(key, names);
    return names;
  }

  async isFeatureService(service: string, version: number): Promise<boolean> {
    return (await this.#ask(service, version)) !== null;
  }

  /** Null when there is no such service or version. */
  async #ask(service: string, version: number): Promise<FeatureNames | null> {
    const url = `${this.#baseUrl}/api/v1/feature-services/${encodeURIComponent(service)}?version=${version}`;
    let response: Response;
    try {
      response = await fetch(url, {
        headers: this.#identity,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
      });
    } catch (cause) {
      throw new UnavailableError('DRIFT_FEATURES_UNAVAILABLE', `the features service did not answer ${url}`, { cause });
    }
    if (response.status === 404) return null;
    const body = described.safeParse(response.ok ? await response.json() : null);
    if (!body.success) {
      throw new UnavailableError(
        'DRIFT_FEATURES_UNAVAILABLE',
        `the features service answered ${response.status} to ${url}, and not with the names of features`,
      );
    }
    return namesByPlace(body.data);
  }
}

export function namesByPlace({ featureNames, types }: z.infer<typeof described>): FeatureNames {
  return {
    numbers: featureNames.filter((_, i) => !texts.includes(types[i] ?? '')),
    strings: featureNames.filter((_, i) => texts.includes(types[i] ?? '')),
  };
}
