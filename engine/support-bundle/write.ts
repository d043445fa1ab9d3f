import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { message } from '../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { writeReason } from '../base/files.ts';
import { systemCode } from '../../shared/process/system-code.ts';
import type { BundleEntry } from '../../shared/support/bundle.ts';

/**
 * Writes entries as a gzipped tar archive that only its owner can read; the value is its size in bytes. An
 * existing file is never replaced: `input.unusable`. Other failures: `internal`, with the reason.
 */
export function writeBundle(
  file: string,
  entries: readonly BundleEntry[],
): Promise<Result<number, AppError>> {
  return writeArchive(file, file, entries);
}

/** Like `writeBundle`, but replaces an existing file: the user who chose it has confirmed that. */
export async function replaceBundle(
  file: string,
  entries: readonly BundleEntry[],
): Promise<Result<number, AppError>> {
  const part = `${file}.${randomBytes(4).toString('hex')}.part`;
  const written = await writeArchive(part, file, entries);
  if (!written.ok) return written;
  try {
    await rename(part, file);
    return written;
  } catch (error) {
    await rm(part, { force: true });
    return fail('internal', message('cli-support.not-written', { file }), {
      reason: await writeReason(error, file),
    });
  }
}

/** Writes the archive to `destination`, which must not exist; it becomes `file` later. */
async function writeArchive(
  destination: string,
  file: string,
  entries: readonly BundleEntry[],
): Promise<Result<number, AppError>> {
  let output: FileHandle;
  try {
    // Not through a link either: it must not exist at all.
    output = await open(destination, 'wx', 0o600);
  } catch (error) {
    return systemCode(error) === 'EEXIST'
      ? fail('input.unusable', message('cli-support.file-exists', { file }), {
          hint: message('cli-support.name-another'),
        })
      : fail('input.unusable', message('cli-support.not-written', { file }), {
          reason: await writeReason(error, file),
        });
  }
  let staging: string | undefined;
  try {
    staging = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-support-'));
    const name = path.basename(file).replace(/\.tar\.gz$|\.tgz$/, '');
    const directory = path.join(staging, name);
    for (const entry of entries) {
      const target = path.join(directory, entry.name);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, entry.content, { mode: 0o600 });
    }
    await archive(staging, name, output);
    return ok((await output.stat()).size);
  } catch (error) {
    await rm(destination, { force: true });
    return fail('internal', message('cli-support.not-written', { file }), { cause: error });
  } finally {
    await output.close();
    if (staging !== undefined) await rm(staging, { recursive: true });
  }
}

async function archive(directory: string, name: string, output: FileHandle): Promise<void> {
  const options = ['--owner=root:0', '--group=root:0', '--sort=name', '--create', '--gzip'];
  const tar = spawn('tar', ['--directory', directory, ...options, '--file=-', '--', name], {
    stdio: ['ignore', output.fd, 'pipe'],
  });
  let errors = '';
  tar.stderr?.setEncoding('utf8').on('data', (part: string) => {
    errors = (errors + part).slice(0, 2000);
  });
  const [code] = (await once(tar, 'close')) as [number | null]; // what 'close' passes
  if (code !== 0) throw new Error(errors.trim() === '' ? `tar ended with ${String(code)}` : errors.trim());
}
