import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { containersIn } from './leftovers.ts';

it('containers in a containerd are those of an engine by id and root file system', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-leftovers-'));
  try {
    const data = path.join(directory, 'data');
    const tasks = path.join(directory, 'state/io.containerd.runtime.v2.task/moby');
    const put = async (id: string, config: string) => {
      await mkdir(path.join(data, 'containers', id), { recursive: true });
      await mkdir(path.join(tasks, id), { recursive: true });
      await writeFile(path.join(tasks, id, 'config.json'), config);
    };
    await put('ours', JSON.stringify({ root: { path: `${data}/overlay2/1/merged` } }));
    await put('copied', JSON.stringify({ root: { path: '/var/lib/docker/overlay2/1/merged' } }));
    await put('unreadable', '{');
    await mkdir(path.join(data, 'containers/stopped'));
    expect(await containersIn(path.join(directory, 'state'), data)).toEqual(new Set(['ours']));
  } finally {
    await rm(directory, { recursive: true });
  }
});
