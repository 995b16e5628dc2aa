import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FeastError } from '../feast-error.ts';
import { answerRegistryCall } from './registry-calls.ts';
import { dataSource } from './data-source.ts';
import { featureService } from './feature-service.ts';
import { featureView } from './feature-view.ts';
import { registry } from './registry.ts';

/** Requests and answers that Feast's own classes made: `test/make_golden.py`. */
const golden = JSON.parse(readFileSync(new URL('../../test/golden.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>;
const bytes = (name: string): Buffer => Buffer.from(golden[name] ?? '', 'hex');
const whole = registry.decode(bytes('registry'));

/** The call that a golden request is of, and its answer. */
function answer(name: string): Uint8Array {
  return answerRegistryCall(name.split(' ', 1)[0] ?? '', bytes(name), (project) => {
    expect(project).toBe(name === 'ListProjects' ? '' : 'millrace');
    return whole;
  });
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FeastError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'not refused';
}

describe('calls of the registry server', () => {
  it.each(['GetAnyFeatureView payment_risk_on_demand', 'ListAllFeatureViews', 'ListProjects', 'ListEntities'])(
    'answer %s byte for byte as Feast’s own classes would',
    (name) => {
      expect(Buffer.from(answer(name)).toString('hex')).toBe(golden[`answer ${name}`]);
    },
  );

  it('answer one object by its name', () => {
    expect(featureView.decode(answer('GetFeatureView card_spend'))).toEqual(whole.featureViews?.[0]);
    expect(dataSource.decode(answer('GetDataSource payments'))).toEqual(whole.dataSources?.[0]);
    expect(featureService.decode(answer('GetFeatureService payment_risk'))).toEqual(whole.featureServices?.[0]);
    for (const name of ['GetEntity card', 'GetOnDemandFeatureView payment_risk_on_demand', 'GetProject']) {
      expect(answer(name).length).toBeGreaterThan(10);
    }
    expect(answer('GetAnyFeatureView card_spend')).not.toEqual(answer('GetAnyFeatureView payment_risk_on_demand'));
  });

  it('answer a kind that there is none of with an empty list', () => {
    expect(answer('ListPermissions')).toEqual(new Uint8Array());
    expect(answer('ListFeatureServices').length).toBeGreaterThan(10);
  });

  it('are refused for what is not there, for writing, and when nobody knows them', () => {
    const request = bytes('GetEntity card');
    const refused = (method: string): string => refusal(() => answerRegistryCall(method, request, () => ({})));
    expect(refused('GetEntity')).toBe('FEAST_ENTITY_NOT_FOUND there is no entity "card"');
    expect(refused('GetAnyFeatureView')).toBe('FEAST_FEATURE_VIEW_NOT_FOUND there is no feature view "card"');
    expect(refused('ApplyEntity')).toContain('FEAST_READ_ONLY_NOT_PERMITTED ApplyEntity: the registry is made from');
    expect(refused('GetInfra')).toBe('FEAST_CALL_UNKNOWN the registry has no call "GetInfra"');
    expect(refused('constructor')).toContain('FEAST_CALL_UNKNOWN');
  });
});
