import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { containerState } from './container-state-fixture.ts';
import { openContainerStore } from './containers.ts';

let directory: string;
const at = (...names: string[]) => path.join(directory, ...names);
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-containers-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const state = containerState({ id: 'one', runcRoot: '/runc', base: 1_000_013_824 }, { runtimePid: 1 });

it('opening the store removes a state that a killed planner wrote partly; complete ones stay', () => {
  openContainerStore(at('states'));
  writeFileSync(at('states', 'one.json.new'), '{"id":"o');
  writeFileSync(at('states', 'two.json'), '{}');
  expect(openContainerStore(at('states')).ids()).toEqual(['two']);
  expect(readdirSync(at('states'))).toEqual(['two.json']);
});

it('opens if something else has the name of an unfinished state', () => {
  mkdirSync(at('states', 'one.json.new'), { recursive: true });
  expect(openContainerStore(at('states')).ids()).toEqual([]);
});

it('continues when its directory is removed', () => {
  const store = openContainerStore(at('states'));
  rmSync(at('states'), { recursive: true });
  expect([store.ids(), store.read('one'), store.has('one')]).toEqual([[], null, false]);
  store.write(state);
  expect(store.read('one')).toEqual(state);
});

it('reports a state that cannot be written, and leaves nothing unfinished', () => {
  const store = openContainerStore(at('states'));
  mkdirSync(at('states', 'one.json')); // a file cannot be renamed to an existing directory
  expect(() => {
    store.write(state);
  }).toThrow(`what the planner keeps of containers cannot be written in ${at('states')}: EISDIR`);
  expect(readdirSync(at('states'))).toEqual(['one.json']);
});

const fileOf = (content: object) => {
  const store = openContainerStore(at('states'));
  writeFileSync(at('states', 'one.json'), JSON.stringify(content));
  return store;
};

it('reads states of the first version, which had no number and fewer fields', () => {
  const { device: _, shares: __, ...first } = state;
  const store = fileOf(first);
  expect(store.read('one')).toEqual(state);
  expect(store.isOfLaterVersion('one')).toBe(false);
});

it('numbers the format of a state, and takes that of a later version for no state of its own', () => {
  const store = openContainerStore(at('states'));
  store.write(state);
  expect(JSON.parse(readFileSync(at('states', 'one.json'), 'utf8'))).toEqual({ version: 1, ...state });
  const later = fileOf({ version: 2, ...state });
  expect([later.read('one'), later.has('one'), later.isOfLaterVersion('one')]).toEqual([null, true, true]);
});

it.each(['', '[]', '{"id":"o', '{"version":"2"}'])(
  'takes a damaged state for none of a later version: %s',
  (text) => {
    const store = openContainerStore(at('states'));
    writeFileSync(at('states', 'one.json'), text);
    expect([store.read('one'), store.isOfLaterVersion('one')]).toEqual([null, false]);
  },
);
