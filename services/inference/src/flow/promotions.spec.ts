import type { ModelPromoted, PromotionEnded } from '@millrace/schemas';
import { describe, expect, it } from 'vitest';
import { Promotions } from './promotions.ts';

const champion = { name: 'fraud-model', target: 'alias:champion' };

function identity(sourceOffset: number, generation: number) {
  const place = { lane: 'registry', sourceTopic: 'registry.journal', generation, sourcePartition: 0, sourceOffset };
  return { eventId: `registry|${generation}|${sourceOffset}`, ...place };
}

function promotion(version: number, offset: number, { generation = 0, target = champion.target } = {}): ModelPromoted {
  return {
    ...identity(offset, generation),
    model: champion.name,
    version: String(version),
    previousVersion: null,
    target,
    artifactHash: `hash-${version}`,
    artifactUri: `mlflow-artifacts:/${version}/model.onnx`,
    runId: null,
    actor: 'ana',
    promotedAtMs: 1000 * version,
    before: null,
    after: null,
  };
}

function end(previous: number, offset: number): PromotionEnded {
  return {
    ...identity(offset, 0),
    model: champion.name,
    previousVersion: String(previous),
    target: champion.target,
    reason: 'alias "champion" was deleted',
    actor: 'ana',
    endedAtMs: 1_700_000_000_000,
  };
}

function versions(promotions: Promotions, reference = champion): string[] {
  return promotions.of(reference).map(({ version }) => version);
}

describe('Promotions', () => {
  it('keeps the order of the registry and takes a repeat for none', () => {
    const promotions = new Promotions();
    expect(promotions.add(promotion(1, 5))).toEqual(champion);
    expect(promotions.add(promotion(2, 7))).toEqual(champion);
    expect(promotions.add(promotion(1, 5))).toBeNull();
    expect(versions(promotions)).toEqual(['1', '2']);
  });

  it('begins anew with a journal that was made anew', () => {
    const promotions = new Promotions();
    promotions.add(promotion(1, 500));
    promotions.add(promotion(2, 3, { generation: 1 }));
    expect(versions(promotions)).toEqual(['1', '2']);
  });

  it('takes several promotions of one command, each in its own lane', () => {
    const promotions = new Promotions();
    promotions.add(promotion(1, 5));
    const second = { ...promotion(1, 5, { target: 'stage:Production' }), lane: 'registry#1' };
    expect(promotions.add(second)).toEqual({ ...champion, target: 'stage:Production' });
  });

  it('has nothing in charge after the end, and says why', () => {
    const promotions = new Promotions();
    promotions.add(promotion(1, 5));
    promotions.add(promotion(1, 6, { target: 'alias:other' }));
    expect(promotions.end(end(1, 8))).toEqual(champion);
    expect(promotions.end(end(1, 8))).toBeNull();
    expect(versions(promotions)).toEqual([]);
    expect(versions(promotions, { ...champion, target: 'alias:other' })).toEqual(['1']);
    expect(promotions.absenceOf(champion)).toBe(
      'no version of model "fraud-model" is in charge of alias:champion; version 1 was in charge of it until ' +
        '2023-11-14T22:13:20.000Z: alias "champion" was deleted',
    );
  });

  it('never goes back to what was before the end, in whatever order the two topics are read', () => {
    for (const order of [
      ['add', 'end', 'again'],
      ['add', 'again', 'end'],
      ['end', 'add', 'again'],
    ] as const) {
      const promotions = new Promotions();
      const take = {
        add: () => promotions.add(promotion(1, 5)),
        end: () => promotions.end(end(1, 8)),
        again: () => promotions.add(promotion(2, 9)),
      };
      for (const step of order) take[step]();
      expect(versions(promotions)).toEqual(['2']);
    }
  });
});
