import { execFileSync } from 'node:child_process';
import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';
import { loadLayeredImage } from '../tests/support/layered-image.ts';
import { isBase } from './ranges/id-ranges.ts';

/**
 * As many layers as an engine allows, with both of its stores, and with both ways to pass layers to an
 * overlay (kernel 6.13 and newer; 5.19 and newer).
 */
describe.each([
  { store: 'overlay2', way: 'by descriptor' },
  { store: 'overlay2', way: 'attached' },
  { store: "containerd's store", way: 'attached' },
] as const)('$store, layers $way', ({ store, way }) => {
  let engine: IsolatedEngine;
  beforeAll(async () => {
    // Inherited by engine and planner, and by the runtime through containerd.
    if (way === 'attached') process.env['BULKHEAD_LAYERS'] = 'attached';
    else delete process.env['BULKHEAD_LAYERS'];
    engine = await startIsolatedEngine({ containerdSnapshotter: store !== 'overlay2' });
    const busybox = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
    await loadLayeredImage(engine.socket, 'layers:1', 125, await readFile(busybox));
  });
  afterAll(async () => {
    delete process.env['BULKHEAD_LAYERS'];
    await engine.stop();
  });

  it('A2, A3: runs an image of 125 layers in its own range; the engine sees true ids later', async () => {
    const script =
      'busybox cat /latest /only-0 /only-124; busybox stat -c " %u:%g" /only-0; ' +
      'busybox cat /proc/self/uid_map; echo mine > /written; busybox chown 7:8 /only-3';
    const [first = '', map = ''] = (
      await engine.docker('run', '--name', 'many', 'layers:1', 'busybox', 'sh', '-c', script)
    )
      .trim()
      .split('\n');
    expect(first).toBe('1240124 0:0');
    expect(isBase(Number(map.trim().split(/\s+/)[1]))).toBe(true);
    const owners = execFileSync(
      'sh',
      [
        '-c',
        'for f in only-3 written; do docker -H "unix://$1" cp "many:/$f" - | tar --numeric-owner -tv | ' +
          'cut -d " " -f 2; done',
        'sh',
        engine.socket,
      ],
      { encoding: 'utf8' },
    );
    expect(owners).toBe('7/8\n0/0\n');
    expect((await engine.docker('diff', 'many')).trim().split('\n').sort()).toEqual([
      'A /written',
      'C /only-3',
    ]);
    // Its own layers again, also after the runtime restored the plain overlay.
    expect(await engine.docker('start', '-a', 'many')).toContain('1240124 0:0');
    await engine.docker('rm', 'many');
    expect(await engine.leftoverMounts()).toEqual([]);
  });

  it("A2 builds from it, with a bind of another image's directory", async () => {
    const directory = await mkdtemp('/tmp/bh-');
    try {
      await writeFile(
        path.join(directory, 'Dockerfile'),
        'FROM busybox\nRUN --mount=type=bind,from=busybox,source=/etc,target=/theirs cat /theirs/group ' +
          '> /group && stat -c %u /theirs/passwd > /owner && cut -c 1-30 /proc/self/uid_map > /map\n',
      );
      await engine.docker('build', '-q', '-t', 'built', directory);
      const [owner = '', map = ''] = (
        await engine.docker('run', '--rm', 'built', 'cat', '/owner', '/map')
      ).split('\n');
      expect(owner).toBe('0');
      expect(isBase(Number(map.trim().split(/\s+/)[1]))).toBe(true);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
