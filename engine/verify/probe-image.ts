import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { engineReason, statusOf } from '../base/docker-client.ts';
import { probeLabel, probePath } from '../base/verification-probe.ts';
import { message } from '../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';

/** The path of the probe for an architecture (the engine's name for it), below the directory of the build. */
export const probeProgram = (directory: string, architecture: string): string =>
  path.join(directory, architecture, 'bulkhead-probe');

/** What to do if it is missing. It is a Linux program, on every system. */
export const probeHint = message('verify.build-probe-on-linux');

/**
 * Creates the one-file image of the probe (no registry, no base image), tagged by the program's hash. The
 * program is the one for the engine's architecture, which need not be this machine's:
 * `<directory>/amd64/bulkhead-probe`, `<directory>/arm64/bulkhead-probe`. The value is its reference. Error:
 * verify.no-image.
 */
export async function makeProbeImage(docker: Docker, directory: string): Promise<Result<string, AppError>> {
  let architecture: string;
  try {
    architecture = (await docker.version()).Arch;
  } catch (error) {
    return fail('verify.no-image', message('verify.probe-image-failed'), {
      reason: engineReason(error),
    });
  }
  const binary = probeProgram(directory, architecture);
  let program: Buffer;
  try {
    program = await readFile(binary);
  } catch (error) {
    return fail('verify.no-image', message('verify.probe-program-missing'), {
      cause: error,
      hint: probeHint,
      params: { path: binary, architecture },
    });
  }
  const tag = createHash('sha256').update(program).digest('hex').slice(0, 12);
  try {
    const progress = await docker.importImage(
      Readable.from([fileTar([{ name: probePath.slice(1), content: program, mode: 0o755 }])]),
      {
        repo: 'bulkhead/probe',
        tag,
        // Containers and images of a build on it inherit the label, by which leftovers are found.
        changes: [`ENTRYPOINT ["${probePath}"]`, `LABEL ${probeLabel}=true`],
      },
    );
    const output = await collect(progress);
    const error = /"error":"((?:[^"\\]|\\.)*)"/.exec(output)?.[1];
    return error === undefined
      ? ok(`bulkhead/probe:${tag}`)
      : fail('verify.no-image', message('verify.probe-image-failed'), { reason: error });
  } catch (error) {
    return fail('verify.no-image', message('verify.probe-image-failed'), {
      reason: engineReason(error),
    });
  }
}

/** Removes an image by reference or id, with layers that only it has; no error if it is gone. */
export async function removeImage(docker: Docker, reference: string): Promise<void> {
  await docker
    .getImage(reference)
    .remove({ force: true })
    .catch((error: unknown) => {
      if (statusOf(error) === null) throw error;
    });
}

/**
 * Removes the untagged images left by a build on the probe image, of this verification or a crashed one: a
 * build that is cancelled after a step has created one already. Rejects with the engine's error.
 */
export async function removeBuiltImages(docker: Docker): Promise<void> {
  const dangling = await docker.listImages({ filters: { dangling: ['true'], label: [probeLabel] } });
  await Promise.all(
    dangling.map(({ Id }) =>
      docker
        .getImage(Id)
        .remove()
        .catch((error: unknown) => {
          // 404: gone; 409: in use by a container, or being removed by another client.
          if (statusOf(error) !== 404 && statusOf(error) !== 409) throw error;
        }),
    ),
  );
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text = (text + String(chunk)).slice(-16_384);
  return text;
}

/**
 * A POSIX ustar archive of files owned by root, modified at the epoch: the same content always results in the
 * same bytes.
 */
export function fileTar(
  files: readonly { readonly name: string; readonly content: Buffer; readonly mode: number }[],
): Buffer {
  return Buffer.concat([
    ...files.flatMap(({ name, content, mode }) => [
      header(name, content.length, mode),
      content,
      Buffer.alloc((512 - (content.length % 512)) % 512),
    ]),
    Buffer.alloc(1024),
  ]);
}

function header(name: string, size: number, mode: number): Buffer {
  const bytes = Buffer.alloc(512);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;
  bytes.write(name, 0, 100, 'utf8');
  bytes.write(octal(mode, 8), 100);
  bytes.write(octal(0, 8), 108);
  bytes.write(octal(0, 8), 116);
  bytes.write(octal(size, 12), 124);
  bytes.write(octal(0, 12), 136);
  bytes.write(' '.repeat(8), 148);
  bytes.write('0', 156);
  bytes.write('ustar\u000000', 257);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}
