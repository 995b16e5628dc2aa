import type { SourceDefinition } from '@millrace/feature-engine';
import { HttpClient } from './http-client.ts';

/** The sources that are defined: what they declare of their topics. */
export async function readSources(gatewayUrl: string): Promise<readonly SourceDefinition[]> {
  return ((await new HttpClient(gatewayUrl).get('/api/v1/sources')) as { readonly items: readonly SourceDefinition[] })
    .items;
}
