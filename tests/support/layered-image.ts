import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const block = (size: number) => Math.ceil(size / 512) * 512;

function entry(name: string, content: Buffer, mode = '0000644'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write(
    [mode, '0000000', '0000000', content.length.toString(8).padStart(11, '0'), '00000000000', '       '].join(
      '\0',
    ),
    100,
  );
  header.write(' 0', 155);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc(block(content.length) - content.length)]);
}

/**
 * Loads an image of `count` layers (the engine's maximum is 125), the first with busybox as /bin/busybox,
 * each with a file `only-<number>`, and a file `latest` that each overwrites. Runs no container.
 */
export async function loadLayeredImage(
  socket: string,
  tag: string,
  count: number,
  busybox: Buffer,
): Promise<void> {
  const layers = Array.from({ length: count }, (_, i) =>
    Buffer.concat([
      ...(i === 0 ? [entry('bin/busybox', busybox, '0000755')] : []),
      entry(`only-${i}`, Buffer.from(String(i))),
      entry('latest', Buffer.from(String(i))),
      Buffer.alloc(1024),
    ]),
  );
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Env: ['PATH=/bin'] },
      rootfs: {
        type: 'layers',
        diff_ids: layers.map((layer) => `sha256:${createHash('sha256').update(layer).digest('hex')}`),
      },
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify([{ Config: 'config.json', RepoTags: [tag], Layers: layers.map((_, i) => `${i}.tar`) }]),
  );
  const directory = await mkdtemp('/tmp/bh-image-');
  try {
    const file = path.join(directory, 'image.tar');
    await writeFile(
      file,
      Buffer.concat([
        entry('config.json', config),
        entry('manifest.json', manifest),
        ...layers.map((layer, i) => entry(`${i}.tar`, layer)),
        Buffer.alloc(1024),
      ]),
    );
    await promisify(execFile)('docker', ['-H', `unix://${socket}`, 'load', '-q', '-i', file]);
  } finally {
    await rm(directory, { recursive: true });
  }
}
