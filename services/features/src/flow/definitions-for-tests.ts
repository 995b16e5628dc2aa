import type { Applied } from '@millrace/events';
import { featuresDomain, type FeaturesCommand, type FeaturesState } from './definitions-domain.ts';

export const paymentsSource = {
  kind: 'source',
  name: 'payments',
  topic: 'payments',
  id: 'payment_id',
  eventTime: { column: 'ts', unit: 'ms' },
  entity: 'card',
  partitioner: 'murmur2',
  columns: { payment_id: 'string', card: 'string', shop: 'string', amount: 'double', ts: 'timestamp' },
};

const entities = ['card', 'shop'].map((name) => ({ kind: 'entity', name, key: name, type: 'string' }));

export function viewOf(entity: string, name = `by_${entity}`, version = 1): object {
  const features = [{ name: `${name}_count`, aggregation: 'count', window: '1h' }];
  return { kind: 'feature-view', name, version, entity, source: 'payments', features };
}

export function serviceOf(views: readonly string[], name = 'risk', more: object = {}): object {
  return { kind: 'feature-service', name, source: 'payments', views, startFrom: 'now', ...more };
}

/** The domain as an instance runs it: one command after the other. */
export class FeaturesUnderTest {
  readonly state: FeaturesState = featuresDomain.initial();
  #offset = 0;

  submit(command: FeaturesCommand): Applied {
    const offset = this.#offset++;
    const id = String(offset);
    return featuresDomain.apply(this.state, command, { offset, atMs: 0, actor: 'test', requestId: id, commandId: id });
  }

  define(...definitions: object[]): Applied {
    return this.submit({ type: 'apply-definitions', definitions });
  }

  /** A source of payments by card with a view on its own key, one that is rekeyed, and a service over both. */
  static serving(): FeaturesUnderTest {
    const features = new FeaturesUnderTest();
    features.define(paymentsSource, ...entities, viewOf('card'), viewOf('shop'), serviceOf(['by_card', 'by_shop']));
    return features;
  }
}
