import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { ContainerFacts, EngineFacts } from '../enforce/engine-facts.ts';
import { copyInto } from './copy-into.ts';
import { directoryEntry } from './tar-ids.ts';

it('bounds what the names in an archive take to keep in mind, however long each is', async () => {
  // Layers that are nowhere: all directories are new. What is looked at of a process is this one's own.
  const facts = { id: 'a'.repeat(64), name: 'n', mounts: [], layers: { merged: '/nonexistent', upper: '', lowers: [] } } as unknown as ContainerFacts; // what is looked at
  const stat = await readFile('/proc/self/stat', 'latin1');
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  const container = { facts, asked: 'n', run: { base: 1_000_013_824, pid: process.pid, startTime } };
  const transform = await copyInto({ container, destination: '/', owner: null, shares: null }, {} as EngineFacts).begin();
  let entries = 0;
  const archive = async function* () {
    for (; entries < 200; entries++) yield await Promise.resolve(Buffer.concat(directoryEntry(`${entries}${'n'.repeat(1_000_000)}`, { uid: 0, gid: 0 })));
  };
  await expect((async () => { for await (const parts of transform(archive())) expect(parts).toBeDefined(); })()).rejects.toThrow('bytes of names');
  expect(entries).toBeLessThan(100);
});
