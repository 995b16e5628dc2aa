import { expect, test } from 'vitest';
import { describeNeeds, type Found, type Wanted } from './needs.ts';

const everything: Wanted = { java: true, maven: true, redis: true, training: true };
const nothing: Wanted = { java: false, maven: false, redis: false, training: false };
const bare: Found = { java: false, maven: false, redis: false, python: null };
const whole: Found = { java: true, maven: true, redis: true, python: { version: '3.11.7', pip: true, venv: true } };

test('a machine that has everything, or a start that wants nothing, lacks nothing', () => {
  expect(describeNeeds(everything, whole)).toBeNull();
  expect(describeNeeds(nothing, bare)).toBeNull();
});

test('all that is missing is told at once, with one line to run', () => {
  const message = describeNeeds(everything, bare) ?? '';
  expect(message).toMatch(/Maven[^]*Python 3.11 or newer/);
  expect(message.match(/apt-get install.*/g)).toEqual([
    'apt-get install -y --no-install-recommends maven python3 python3-pip python3-venv',
  ]);
});

test('an old Python is in the way of training only', () => {
  const old: Found = { ...whole, python: { version: '3.9.2', pip: true, venv: true } };
  expect(describeNeeds(everything, old)).toMatch(/python3 is 3.9.2.*--no-demo/);
  expect(describeNeeds({ ...everything, training: false }, old)).toBeNull();
});

test('pip fetches a Java or a Redis that is missing, venv is for training', () => {
  const python = { version: '3.12.1', pip: false, venv: false };
  expect(describeNeeds({ ...nothing, java: true }, { ...bare, python })).toMatch(/fetches Java[^]* python3-pip$/);
  expect(describeNeeds({ ...nothing, redis: true }, { ...bare, python })).toMatch(/fetches Redis/);
  expect(describeNeeds({ ...nothing, training: true }, { ...bare, python })).toMatch(/python3-pip python3-venv$/);
});
