import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openContainerStore } from './containers.ts';

it('a state that a killed planner had not written to its end goes when the next one opens the store, whole ones stay', () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'containers-'));
  const at = (...names: string[]) => path.join(directory, ...names);
  try {
    openContainerStore(at('states'), at('mounts'));
    writeFileSync(at('states', 'one.json.new'), '{"id":"o');
    writeFileSync(at('states', 'two.json'), '{}');
    expect(openContainerStore(at('states'), at('mounts')).ids()).toEqual(['two']);
    expect(readdirSync(at('states'))).toEqual(['two.json']);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
