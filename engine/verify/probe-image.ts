import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { engineMessage, statusOf } from '../containers/docker-client.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';

/** Where the probe stands in its image. */
export const probePath = '/bulkhead-probe';

/** Makes the one-file image of the probe (no registry, no base image), tagged by the program's hash. The value is its reference. */
export async function makeProbeImage(docker: Docker, binary: string): Promise<Result<string, AppError>> {
  let program: Buffer;
  try { program = await readFile(binary); } catch (error) {
    return fail('verify.no-image', 'the probe program is missing', { cause: error, hint: 'Build it: sh runtime/build.sh (needs gcc).', params: { path: binary } });
  }
  const tag = createHash('sha256').update(program).digest('hex').slice(0, 12);
  const reference = `bulkhead/probe:${tag}`;
  try {
    const progress = await docker.importImage(Readable.from([oneFileTar(probePath.slice(1), program)]), { repo: 'bulkhead/probe', tag, changes: [`ENTRYPOINT ["${probePath}"]`] });
    const said = await collect(progress);
    const error = /"error":"((?:[^"\\]|\\.)*)"/.exec(said)?.[1];
    return error === undefined ? ok(reference) : fail('verify.no-image', 'the probe image could not be made', { reason: error });
  } catch (error) {
    return fail('verify.no-image', 'the probe image could not be made', { reason: engineMessage(error) });
  }
}

/** Removes the probe image; one that is gone is fine. */
export async function removeProbeImage(docker: Docker, reference: string): Promise<void> {
  await docker.getImage(reference).remove({ force: true }).catch((error: unknown) => { if (statusOf(error) === null) throw error; });
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text = (text + String(chunk)).slice(-16_384);
  return text;
}

/** A POSIX ustar archive with one executable file of root's, modified at the epoch: the same program always gives the same bytes. */
export function oneFileTar(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;
  header.write(name, 0, 100, 'utf8');
  header.write(octal(0o755, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write(' '.repeat(8), 148);
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = (512 - (content.length % 512)) % 512;
  return Buffer.concat([header, content, Buffer.alloc(padding + 1024)]);
}
