import type { ProofPlatform } from './proof-platform.ts';

interface EndpointStatus {
  readonly state: string;
  readonly reason: string | null;
  readonly lastRefusal: { readonly version: string; readonly reason: string } | null;
}

export interface EndpointToOpen {
  readonly name: string;
  readonly featureService: string;
  readonly model: string;
  readonly startFrom: 'now' | 'beginning';
}

/** Makes an endpoint in charge of the model's champion; resolves when it scores. */
export async function openEndpoint(
  platform: ProofPlatform,
  { name, featureService, model, startFrom }: EndpointToOpen,
): Promise<void> {
  await platform.http.post('/api/v1/endpoints', {
    name,
    featureService,
    model: { name: model, target: 'alias:champion' },
    startFrom,
  });
  let status: EndpointStatus | undefined;
  const scores = async (): Promise<boolean> => {
    status = (await platform.http.get(`/api/v1/endpoints/${name}`)) as EndpointStatus;
    const { state, lastRefusal } = status;
    if (lastRefusal !== null) throw new Error(`version ${lastRefusal.version} was refused: ${lastRefusal.reason}`);
    return state === 'active';
  };
  await platform.until(`endpoint ${name} to score`, 60_000, scores, () => `; it is ${JSON.stringify(status)}`);
}
