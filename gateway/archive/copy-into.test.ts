import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ContainerFacts, EngineFacts, MountFacts } from '../enforce/engine-facts.ts';
import { copyInto } from './copy-into.ts';
import { directoryEntry } from './tar-ids.ts';
import { blockBytes, writeChecksum } from './tar-numbers.ts';

const directory = (name: string): Buffer => Buffer.concat(directoryEntry(name, { uid: 0, gid: 0 }));
/** A directory's name of a million bytes. */
const long = (number: number): string => `${number}${'n'.repeat(1_000_000)}`;

/** Sends entries, one by one as they are asked for, into a running container; yields the bytes that each became. */
async function* copied(entries: Iterable<Buffer>, mounts: readonly MountFacts[]): AsyncGenerator<number> {
  // Layers that are nowhere: all directories are new. What is looked at of a process is this one's own.
  const facts = { id: 'a'.repeat(64), name: 'n', mounts, layers: { merged: '/nonexistent', upper: '', lowers: [] } } as unknown as ContainerFacts; // what is looked at
  const stat = await readFile('/proc/self/stat', 'latin1');
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  const container = { facts, asked: 'n', run: { base: 1_000_013_824, pid: process.pid, startTime } };
  const transform = await copyInto({ container, destination: '/', owner: null, shares: null }, {} as EngineFacts).begin();
  async function* content() { for (const entry of entries) yield await Promise.resolve(entry); }
  for await (const parts of transform(content())) yield parts.reduce((sum, part) => sum + part.length, 0);
}

describe('what the names in an archive take to keep in mind is bounded, however long each is', () => {
  it('by a refusal where something is mounted, since an entry may come to lie in it', async () => {
    let entries = 0;
    function* archive() { for (; entries < 200; entries++) yield directory(long(entries)); }
    const volume: MountFacts = { type: 'volume', name: 'v', source: '/nonexistent', destination: '/v', readOnly: false };
    await expect((async () => { for await (const bytes of copied(archive(), [volume])) expect(bytes).toBeGreaterThan(0); })()).rejects.toThrow('copy it in parts');
    expect(entries).toBeLessThan(100);
  });

  it('by forgetting the oldest elsewhere, which the engine has made by then', async () => {
    const file = (parent: number) => {
      const entry = directory(`${long(parent)}/f`);
      const header = entry.subarray(-blockBytes);
      header.write('0', 156, 'latin1');
      writeChecksum(header);
      return entry;
    };
    function* archive() {
      for (let number = 0; number < 100; number++) yield directory(long(number));
      yield file(99);
      yield file(0);
    }
    const sizes: number[] = [];
    for await (const bytes of copied(archive(), [])) sizes.push(bytes);
    const [recent = 0, forgotten = 0] = sizes.filter((bytes) => bytes > 0).slice(-2);
    // One that is neither in mind nor there is made, before what is in it.
    expect(forgotten - recent).toBeGreaterThan(1_000_000);
    expect(recent).toBeLessThan(1_100_000);
  });
});
