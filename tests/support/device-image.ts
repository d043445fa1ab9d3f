import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { solveRequest } from '../../shared/policy/buildkit-messages.ts';
import { op } from '../../shared/policy/llb-messages.ts';
import { encoded } from '../../shared/policy/protobuf-plain.ts';
import { grpcClient } from './grpc-client.ts';
import { docker } from './real-engine.ts';

const run = promisify(execFile);

/** A block device of root's, 0600, backed by a file. */
export interface RawDevice {
  readonly path: string;
  /** Its first bytes. */
  content(bytes: number): Promise<string>;
  /** Writes its first bytes. */
  write(text: string): Promise<void>;
  remove(): Promise<void>;
}

/** Needs root and a free loop device. Pair with `remove()`. */
export async function rawDevice(): Promise<RawDevice> {
  const directory = await mkdtemp('/tmp/bulkhead-disk-');
  const disk = path.join(directory, 'disk');
  await writeFile(disk, Buffer.alloc(1024 * 1024, '\n'));
  const device = (await run('losetup', ['-f', '--show', disk])).stdout.trim();
  const settle = () => run('blockdev', ['--flushbufs', device]);
  return {
    path: device,
    async content(bytes) {
      await settle();
      return (await readFile(disk)).subarray(0, bytes).toString('latin1');
    },
    async write(text) {
      await run('sh', [
        '-c',
        'printf %s "$2" | dd of="$1" conv=fsync,notrunc status=none',
        'sh',
        device,
        text,
      ]);
    },
    async remove() {
      await run('losetup', ['-d', device]);
      await rm(directory, { recursive: true });
    },
  };
}

/** Imports `tag`: busybox and nodes of `device` at the paths `names`. */
export async function importNodes(
  socket: string,
  tag: string,
  device: string,
  names: readonly string[],
): Promise<void> {
  const root = await mkdtemp('/tmp/bulkhead-nodes-');
  try {
    await mkdir(path.join(root, 'bin'));
    await run('sh', ['-c', 'cp "$(command -v busybox)" "$1"', 'sh', path.join(root, 'bin/busybox')]);
    const { rdev } = await stat(device);
    for (const name of names) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true });
      await run('mknod', ['-m', '666', path.join(root, name), 'b', String(rdev >> 8), String(rdev & 0xff)]);
    }
    await run('tar', ['-C', root, '-cf', path.join(root, '.tar'), '--exclude=./.tar', '.']);
    await docker(socket, 'import', path.join(root, '.tar'), tag);
  } finally {
    await rm(root, { recursive: true });
  }
}

/** Has BuildKit write `text` to `file` of the image `tag`; resolves with '' or with its error. */
export async function makeFileByBuildKit(
  socket: string,
  tag: string,
  file: string,
  text: string,
): Promise<string> {
  const client = await grpcClient(socket);
  try {
    const input = (bytes: Uint8Array) => ({
      digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    });
    const identifier = `docker-image://docker.io/library/${tag}:latest`;
    const image = encoded(op, { source: { identifier, attrs: { 'image.resolvemode': 'local' } } });
    const mkfile = { path: file, mode: 0o644, data: Buffer.from(text) };
    const action = { input: 0, secondaryInput: -1, output: 0, mkfile };
    const made = encoded(op, { inputs: [input(image)], file: { actions: [action] } });
    const def = [image, made, encoded(op, { inputs: [input(made)] })];
    const request = encoded(solveRequest, { Ref: randomUUID(), Definition: { def } });
    const answer = await client.call('/moby.buildkit.v1.Control/Solve', request);
    return answer.status === 0 ? '' : answer.message || `status ${answer.status}`;
  } finally {
    client.close();
  }
}
