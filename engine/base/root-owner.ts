import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { message } from '../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { foreignPlace } from './foreign-place.ts';
import type { RootPaths } from './root-paths.ts';

/**
 * Refuses a root that somebody other than root could put things in, or put another in the place of: what
 * stands there is followed and run with root's rights. What isn't there yet is fine.
 */
export async function checkRootOwner(paths: RootPaths): Promise<Result<void, AppError>> {
  const info = await lstat(paths.root).catch(() => null);
  if (info !== null && !info.isDirectory())
    return invalid(paths, 'it is no directory (a symbolic link is not followed)');
  const place = await foreignPlace(path.dirname(paths.root));
  if (place !== null)
    return invalid(
      paths,
      `somebody other than root may put another directory in its place, by way of ${place}`,
      'Choose a directory below those that only root may write to, as /var/lib/bulkhead is.',
    );
  if (info !== null && (info.uid !== 0 || (info.mode & 0o022) !== 0))
    return invalid(
      paths,
      'somebody other than root may write there',
      `Run: chown root ${paths.root} && chmod 0711 ${paths.root}`,
    );
  return ok(undefined);
}

function invalid(
  paths: RootPaths,
  reason: string,
  hint = 'Choose another directory.',
): Result<never, AppError> {
  return fail('engine.root-invalid', message('engine.cannot-be-engine-directory', { root: paths.root }), {
    reason,
    hint,
    params: { path: paths.root },
  });
}
