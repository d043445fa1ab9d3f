import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, unlink } from 'node:fs/promises';
import * as z from 'zod';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { processIdentitySchema } from '../../shared/process/process-stat.ts';
import { processLiveness, type ProcessLivenessCheck } from './process-liveness.ts';
import { message } from '../../shared/messages/message.ts';
import { sha256, writeHint, writeReason } from './files.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** The holder, and a nonce that makes every acquisition distinct. */
const ownerSchema = processIdentitySchema.extend({ started: z.string(), nonce: z.string() });
type Owner = z.infer<typeof ownerSchema>;

export interface Lock {
  release(): Promise<void>;
}

/**
 * Acquires the lock file `file`, or returns the holder (`apply.in-progress`). The lock of an owner that is
 * gone (other boot, no such process, pid reused) is taken over. Safe for any number of concurrent processes.
 */
export function acquireLock(
  file: string,
  liveness: ProcessLivenessCheck = processLiveness(),
): Promise<Result<Lock, AppError>> {
  return take(file, liveness, 0);
}

async function take(
  file: string,
  liveness: ProcessLivenessCheck,
  depth: number,
): Promise<Result<Lock, AppError>> {
  const owner: Owner = { ...(await liveness.identify(process.pid)), nonce: randomBytes(8).toString('hex') };
  const text = JSON.stringify(owner);
  const temporary = `${file}.${owner.nonce}`;
  try {
    const handle = await open(temporary, 'wx', 0o644);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    return fail('settings.unwritable', message('app.file-unwritable', { os: file }), {
      reason: await writeReason(error, file),
      hint: writeHint(systemCode(error)),
      params: { path: file },
    });
  }
  try {
    for (let attempt = 0; attempt < 20; attempt++) {
      // link() fails when the name exists, and the name appears with its content: nobody ever reads a partial
      // lock.
      try {
        await link(temporary, file);
        return ok(createLock(file, text));
      } catch (error) {
        if (systemCode(error) !== 'EEXIST')
          return fail('settings.unwritable', message('engine.file-not-created', { file }), {
            reason: await writeReason(error, file),
            params: { path: file },
          });
      }
      const current = await readFile(file, 'utf8').catch(() => null);
      if (current === null) continue; // just released
      if (await isHolderAlive(current, liveness)) return inProgress(current);
      if (depth > 3) return inProgress(current);
      // Only one process may take over this very owner's lock: that right is a lock itself, named after the
      // dead owner.
      const takeover = await take(`${file}.takeover-${sha256(current).slice(0, 12)}`, liveness, depth + 1);
      if (!takeover.ok) return takeover.error.code === 'apply.in-progress' ? inProgress(current) : takeover;
      try {
        if ((await readFile(file, 'utf8').catch(() => null)) === current) {
          await rename(temporary, file);
          return ok(createLock(file, text));
        }
      } finally {
        await takeover.value.release();
      }
    }
    return inProgress('');
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

/** Whether a running process holds the lock `file`. */
export async function isLocked(file: string): Promise<boolean> {
  const current = await readFile(file, 'utf8').catch(() => null);
  return current !== null && isHolderAlive(current, processLiveness());
}

function createLock(file: string, text: string): Lock {
  return {
    release: async () => {
      if ((await readFile(file, 'utf8').catch(() => null)) === text)
        await unlink(file).catch(() => undefined);
    },
  };
}

function inProgress(current: string): Result<never, AppError> {
  const owner = parseOwner(current);
  return fail('apply.in-progress', message('engine.locked'), {
    ...(owner === null
      ? {}
      : { reason: message('engine.lock-holder', { pid: owner.pid }), params: { pid: owner.pid } }),
    hint: message('engine.wait-and-retry'),
  });
}

function parseOwner(text: string): Owner | null {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** A file that is not a lock of ours, or was damaged by a crash of the machine, has no holder. */
async function isHolderAlive(text: string, liveness: ProcessLivenessCheck): Promise<boolean> {
  const owner = parseOwner(text);
  return owner !== null && liveness.isRunning(owner);
}
