import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openContainerStore, type ContainerState } from './containers.ts';

let directory: string;
const at = (...names: string[]) => path.join(directory, ...names);
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'containers-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const state: ContainerState = {
  id: 'one',
  runcRoot: '/runc',
  base: 1_000_013_824,
  runtimePid: 1,
  overlay: null,
  enginePoints: [],
  device: null,
  shares: null,
};

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
