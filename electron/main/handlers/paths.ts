import { readAppliedPolicy } from '../../session/applied-policy.ts';
import { containersTmp } from '../../session/container-paths.ts';
import type { Stats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ok } from '../../../shared/result.ts';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import { message, plainText, sentenceOf, type Message } from '../../../shared/messages/message.ts';
import { effectiveSettings } from '../../../shared/settings/index.ts';
import type { Handlers } from '../ipc/handle-request.ts';

type PathHandlers = Pick<Handlers, 'paths:resolve' | 'paths:would-mount'>;
type ResolvedDirectory = IpcOutput<'paths:resolve'>[number];

/**
 * Directories as written in the settings, looked up on this machine. Reads only names and types, never
 * content.
 */
export const pathHandlers = (): PathHandlers => ({
  'paths:resolve': async ({ paths }) => ok(await Promise.all(paths.map((written) => resolvePath(written)))),
  'paths:would-mount': async ({ path: requested, against }, session) => {
    const settings =
      against === 'applied'
        ? await readAppliedPolicy(session)
        : effectiveSettings(session.state.get().settings.draft);
    if (!settings.ok) return settings;
    const { wouldMount } = await import('../../session/would-mount.ts');
    return ok(await wouldMount(requested, settings.value, session.target.paths));
  },
});

/** The variables with which a path in a settings file may begin. */
function expandPath(written: string, home = os.homedir(), tmp = containersTmp): string {
  return written.replace(/^\$(HOME|TMP|TEMP)(?=\/|$)/, (_all, name: string) =>
    name === 'HOME' ? home : tmp,
  );
}

function kindOf(info: Stats): ResolvedDirectory['kind'] {
  if (info.isDirectory()) return 'directory';
  if (info.isFile()) return 'file';
  return info.isSocket() ? 'socket' : 'other';
}

export async function resolvePath(written: string): Promise<ResolvedDirectory> {
  const expanded = expandPath(written);
  const unresolved = (error: string | Message | null): ResolvedDirectory => ({
    written,
    expanded,
    real: null,
    kind: 'missing',
    error: error === null ? null : plainText(error),
    ...(error === null ? {} : sentenceOf(error)),
  });
  if (!path.isAbsolute(expanded) || expanded.includes('\0'))
    return unresolved(message('app.not-absolute-path'));
  try {
    const [real, info] = await Promise.all([realpath(expanded), stat(expanded)]);
    return {
      written,
      expanded,
      real,
      kind: kindOf(info),
      error: null,
    };
  } catch (error) {
    // A dangling link exists, and still cannot be mounted: report which of the two it is.
    const dangling = await lstat(expanded).then(
      (info) => info.isSymbolicLink(),
      () => false,
    );
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return unresolved(dangling ? message('app.dangling-symlink') : code === 'ENOENT' ? null : code);
  }
}
