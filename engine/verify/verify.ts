import type { VerifyOptions } from './verify-options.ts';
import type Docker from 'dockerode';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { claimIds, type Claim, type Verification } from '../../shared/verify/claims.ts';
import { requestFailure } from '../base/docker-client.ts';
import { verifyLockPath } from '../base/root-paths.ts';
import { effectiveSettings } from '../../shared/settings/effective.ts';
import { readLastRecord } from '../base/enforced-policy.ts';
import { readSettingsOrBytes, writeFileAtomic } from '../base/files.ts';
import { acquireLock } from '../base/lock.ts';
import { collectClaims } from './collect.ts';
import { removeProbes } from './probe-container.ts';
import { message } from '../../shared/messages/message.ts';
import { makeProbeImage, removeBuiltImages, removeImage } from './probe-image.ts';

/**
 * Verifies the protection from inside real containers, requested as a hostile client would, and records the
 * result in DIR/verification.json. Containers, images and files are always removed again, those of an earlier
 * crashed run first. A claim that can't be verified is a failed claim, not an error; errors:
 * engine.unreachable, verify.no-image, apply.in-progress (another verification).
 */
export async function verifyProtection(options: VerifyOptions): Promise<Result<Verification, AppError>> {
  // First of all: without an engine the directory for the lock may be missing, too.
  let kernel: string;
  try {
    kernel = (await options.docker.version()).KernelVersion;
  } catch (error) {
    return requestFailure(message('desktop.not-verified'), error);
  }
  const lock = await acquireLock(verifyLockPath(options.paths));
  if (!lock.ok)
    return lock.error.code === 'apply.in-progress'
      ? fail('apply.in-progress', message('verify.already-running'), {
          hint: message('verify.wait'),
        })
      : lock;
  const begun = Date.now();
  try {
    try {
      await removeProbes(options.docker);
      await removeBuiltImages(options.docker);
    } catch (error) {
      return requestFailure(message('desktop.not-verified'), error);
    }
    const image = await makeProbeImage(options.docker, options.probeDirectory);
    if (!image.ok) return image;
    const before = await hashInForce(options.paths);
    let claims: Claim[];
    try {
      claims = await collectClaims(options, image.value);
    } finally {
      await tidy(options.docker, image.value);
    }
    if (options.signal?.aborted === true)
      return fail('apply.cancelled', message('desktop.verification-cancelled'));
    const verification: Verification = {
      at: new Date().toISOString(),
      durationMs: Date.now() - begun,
      eci: options.settings.eci.value,
      kernel,
      settingsHash: (await hashInForce(options.paths)) === before ? before : null,
      claims: claims.toSorted((a, b) => claimIds.indexOf(a.id) - claimIds.indexOf(b.id)),
    };
    const written = await writeFileAtomic(
      options.paths.verification,
      `${JSON.stringify(verification, null, 2)}\n`,
    );
    return written.ok ? ok(verification) : written;
  } finally {
    await lock.value.release();
  }
}

/**
 * sha256 (hex) of the settings text that the gateway enforces: of the file's if that is usable, since it
 * checks the file before each decision; else of the recorded one. Null if it is unknown, or locked down.
 */
async function hashInForce(
  paths: Pick<VerifyOptions['paths'], 'settings' | 'enforcedPolicy'>,
): Promise<string | null> {
  const file = await readSettingsOrBytes(paths.settings);
  if (file.ok && file.value.exists && effectiveSettings(file.value.text, { exists: true }).ok)
    return file.value.hash;
  const record = await readLastRecord(paths);
  return record === null || record === 'damaged' ? null : record.hash;
}

/**
 * In any case nothing of ours stays. Failures are reported by the next run, which removes leftovers first.
 */
async function tidy(docker: Docker, image: string): Promise<void> {
  await removeProbes(docker).catch(() => undefined);
  await removeBuiltImages(docker).catch(() => undefined);
  await removeImage(docker, image).catch(() => undefined);
}
