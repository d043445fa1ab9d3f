import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

/**
 * In a mount namespace of its own: 1024 mounts with short lines, more than 64 KiB in total, followed by one
 * with as many layers as an image may have.
 */
const script = `
place=/proc/fs; mount -t tmpfs none $place; cd $place; mkdir many; mount -t tmpfs none many
for i in $(seq 10); do mkdir many/$i; mount --rbind many many/$i; done
layers=
for i in $(seq 120); do
  layer=layer-with-a-name-as-long-as-that-of-an-engine-which-is-sixty-four-characters-$i
  mkdir $layer; layers=$layers,lowerdir+=$place/$layer
done
mkdir merged; mount -t overlay -o "\${layers#,}" overlay merged
exec "$@"`;

it('reads a mount table of many mounts and of images with many layers', async () => {
  const mountTable = JSON.stringify(path.join(import.meta.dirname, 'mounts/mount-table.ts'));
  const program = `const { mountsOf } = await import(${mountTable});
for (let i = 0; i < 20; i++) mountsOf('self');
const mounts = mountsOf('self');
const many = mounts.filter(({ mountPoint }) => mountPoint.startsWith('/proc/fs/many'));
// Not the last one: mounts of other engines come in meanwhile.
const merged = mounts.find(({ mountPoint }) => mountPoint === '/proc/fs/merged');
const layers = merged.options.filter((option) => option.startsWith('lowerdir+='));
console.log(many.length, layers.length);`;
  const { stdout } = await run('unshare', [
    '--mount',
    '--propagation',
    'slave',
    'sh',
    '-ec',
    script,
    'sh',
    process.execPath,
    '--input-type=module',
    '-e',
    program,
  ]);
  expect(stdout).toBe('1024 120\n');
});
