import { createHash } from 'node:crypto';
import { once } from 'node:events';

/**
 * `node tests/support/large-image.ts MEGABYTES`: writes an archive for `docker load` whose only layer
 * contains that many zeros, `large:1`. Nothing of that size is stored anywhere.
 */
const megabytes = Number(process.argv[2]);
const block = Buffer.alloc(1024 * 1024);
const end = Buffer.alloc(1024);

function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write(
    ['0000644', '0000000', '0000000', size.toString(8).padStart(11, '0'), '00000000000', '       '].join(
      '\u0000',
    ),
    100,
  );
  header.write(' 0', 155);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148);
  return header;
}
async function put(bytes: Buffer): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
}
async function putText(name: string, text: string): Promise<void> {
  await put(tarHeader(name, text.length));
  await put(Buffer.from(text.padEnd(Math.ceil(text.length / 512) * 512, '\u0000')));
}

const layer = tarHeader('zeros', megabytes * block.length);
const digest = createHash('sha256').update(layer);
for (let i = 0; i < megabytes; i++) digest.update(block);
digest.update(end);
await putText(
  'config.json',
  JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest.digest('hex')}`] },
  }),
);
await putText(
  'manifest.json',
  JSON.stringify([{ Config: 'config.json', RepoTags: ['large:1'], Layers: ['layer.tar'] }]),
);
await put(tarHeader('layer.tar', layer.length + megabytes * block.length + end.length));
await put(layer);
for (let i = 0; i < megabytes; i++) await put(block);
await put(end);
await put(end);
