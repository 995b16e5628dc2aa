import { describe, expect, it } from 'vitest';
import { searchExpression } from './run-search.ts';

describe('a list of texts', () => {
  it.each(['name', 'status', 'attributes.run_id', 'params.a', 'tags.`b c`', 'dataset.digest'])(
    '%s is in or not',
    (field) => {
      for (const comparator of ['IN', 'NOT IN']) {
        expect(searchExpression('run', `${field} ${comparator} ('x', 'y')`)).toMatchObject({
          clause: { comparator, value: ['x', 'y'] },
        });
      }
    },
  );

  it.each(['metrics.a', 'start_time'])('%s is no text, and refused', (field) => {
    expect(() => searchExpression('run', `${field} IN ('1')`)).toThrow("Invalid comparator 'IN'");
  });

  it('is refused for a number of a logged model in the words that MLflow has for these', () => {
    expect(() => searchExpression('logged-model', "metrics.a IN ('1')")).toThrow(
      "Invalid comparison operator for metrics.a: 'IN'. Expected one of ('=', ",
    );
  });

  it('of states of a logged model may leave out what all of them begin with', () => {
    expect(searchExpression('logged-model', "status IN ('READY', 'LOGGED_MODEL_PENDING')")).toMatchObject({
      clause: { value: ['LOGGED_MODEL_READY', 'LOGGED_MODEL_PENDING'] },
    });
  });

  it('is refused with numbers in it', () => {
    expect(() => searchExpression('run', 'params.a IN (1, 2)')).toThrow('different type in list');
  });
});
