import { execFile } from 'node:child_process';
import {
  access,
  constants,
  copyFile,
  lstat,
  mkdir,
  open,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { exclusiveBackendCapabilities } from '../../../shared/isolation/backends.ts';
import { requirement, requirementCodes, type Requirement } from '../../../shared/isolation/requirements.ts';
import { fail, ok } from '../../../shared/result.ts';
import { exists, syncDirectory } from '../../base/files.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { message, type Message } from '../../../shared/messages/message.ts';
import type { IsolationBackend } from '../backend.ts';
import { systemCode } from '../../../shared/process/system-code.ts';

const run = promisify(execFile);

export interface ExclusiveOptions {
  /** Directory with the built `bulkhead-runc` (the project's runtime/build, or a package's resources). */
  readonly runtimeBuildDir: string;
}

/** Id-mapped layers of an overlay need this kernel. */
const oldestKernel = [5, 19] as const;
/**
 * From this version on overlay takes layers by file descriptor; before, they are attached at a hidden place
 * while it is mounted.
 */
const layersByDescriptor = [6, 13] as const;
const checkLine = z.object({ code: z.enum(requirementCodes), met: z.boolean(), found: z.string() });
const probedFeatures = ['mount-api', 'idmapped-mounts', 'overlay-layers'] as const;
const fixes: Record<(typeof probedFeatures)[number], Message> = {
  'mount-api': message('isolation.allow-user-namespaces'),
  'idmapped-mounts': message('isolation.use-supported-file-system'),
  'overlay-layers': message('isolation.use-kernel-with-overlayfs'),
};

/** Where an engine's copy of the runtime is. */
export const exclusiveRuntimePath = (paths: RootPaths): string => paths.runtimeBinary;

/**
 * Our own backend: a user namespace with its own 64K range for every container, on the engine's normal store.
 */
export function exclusiveBackend(options: ExclusiveOptions): IsolationBackend {
  const built = path.join(options.runtimeBuildDir, 'bulkhead-runc');
  return {
    id: 'exclusive',
    runtimeName: exclusiveBackendCapabilities.runtimeName,
    needsPlanner: exclusiveBackendCapabilities.needsPlanner,
    runtimePath: exclusiveRuntimePath,
    // BuildKit does not follow the engine's default runtime.
    engineEnvironment: (runtime) => ({ DOCKER_BUILDKIT_RUNC_COMMAND: runtime }),
    async report(paths) {
      const requirements: Requirement[] = [
        linux(),
        root(),
        kernel(os.release()),
        await runcFound(),
        await builtFound(built),
      ];
      requirements.push(...(await tryMounts(built, paths)), await nativeOverlayDiff());
      return {
        id: 'exclusive',
        available: requirements.every((requirement) => requirement.met),
        requirements,
      };
    },
    async install(paths) {
      const what = message('isolation.runtime-not-installed');
      try {
        await mkdir(paths.runtimeDir, { recursive: true, mode: 0o755 });
        const runc = await findRunc();
        if (runc === null)
          return fail('isolation.install-failed', what, {
            reason: message('isolation.runc-not-installed'),
            hint: message('isolation.install-runc'),
          });
        // Running containers keep using the file they started from: a new file takes its name.
        const temporary = path.join(paths.runtimeDir, `.bulkhead-runc.${process.pid}`);
        try {
          await copyFile(built, temporary, constants.COPYFILE_EXCL).catch(async (error: unknown) => {
            if (systemCode(error) !== 'EEXIST') throw error;
            await rm(temporary);
            await copyFile(built, temporary, constants.COPYFILE_EXCL);
          });
          // After a power failure its name could lead to an empty file, and no container would start.
          const copy = await open(temporary, 'r');
          await copy.sync().finally(() => copy.close());
          await rename(temporary, paths.runtimeBinary);
        } finally {
          await rm(temporary, { force: true });
        }
        await pointTo(path.join(paths.runtimeDir, 'runc'), runc);
        await syncDirectory(paths.runtimeDir);
        return ok(undefined);
      } catch (cause) {
        return fail('isolation.install-failed', what, {
          cause,
          hint: message('isolation.build-runtime', { runtimeDir: paths.runtimeDir }),
        });
      }
    },
  };
}

/** Makes `link` a symlink to `target`; replaces another link atomically. */
async function pointTo(link: string, target: string): Promise<void> {
  const present = await lstat(link).then(
    (stat) => (stat.isSymbolicLink() ? readlink(link) : ''),
    () => null,
  );
  if (present === target) return;
  const temporary = `${link}.${process.pid}`;
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, link);
}

/**
 * The real runc: first on PATH or in the system's directories. Never crun: it leaves read-only binds
 * unlocked.
 */
async function findRunc(): Promise<string | null> {
  for (const directory of [
    ...(process.env['PATH'] ?? '').split(':'),
    '/usr/local/sbin',
    '/usr/sbin',
    '/usr/local/bin',
    '/usr/bin',
  ]) {
    if (!path.isAbsolute(directory)) continue;
    const file = path.join(directory, 'runc');
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return realpath(file);
  }
  return null;
}

function linux(): Requirement {
  const met = process.platform === 'linux';
  return requirement('linux', met, process.platform, message('isolation.run-engine-on-linux'));
}

function root(): Requirement {
  const uid = process.getuid?.();
  const found = uid === undefined ? message('isolation.no-user-id') : message('isolation.user', { uid });
  return requirement('root', uid === 0, found, message('isolation.run-as-root'));
}

/** Whether kernel `release` is new enough, and how overlays get their layers on it. */
export function kernel(release: string): Requirement {
  const [major, minor] = /^(\d+)\.(\d+)/.exec(release)?.slice(1).map(Number) ?? [];
  const since = ([oldestMajor, oldestMinor]: readonly [number, number]) =>
    major !== undefined &&
    minor !== undefined &&
    (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor));
  if (!since(oldestKernel))
    return requirement(
      'kernel',
      false,
      release,
      message('isolation.use-newer-linux', { version: oldestKernel.join('.') }),
    );
  return requirement(
    'kernel',
    true,
    `${release}: layers ${since(layersByDescriptor) ? 'by file descriptor' : 'by attached mounts'}`,
  );
}

async function runcFound(): Promise<Requirement> {
  const file = await findRunc();
  const fix = message('isolation.install-runc');
  if (file === null) return requirement('runc', false, message('isolation.not-found'), fix);
  try {
    const { stdout } = await run(file, ['--version'], { timeout: 10_000 });
    const first = stdout.split('\n')[0] ?? '';
    return first.startsWith('runc ')
      ? requirement('runc', true, message('isolation.found-at', { first, file }))
      : requirement('runc', false, message('isolation.not-runc', { file, first }), fix);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return requirement('runc', false, message('isolation.program-does-not-run', { file, why }), fix);
  }
}

async function builtFound(built: string): Promise<Requirement> {
  const met = await access(built, constants.X_OK).then(
    () => true,
    () => false,
  );
  const found = met ? built : message('isolation.program-missing', { built });
  return requirement('runtime-built', met, found, message('isolation.build-it'));
}

/** Has the runtime try id-mapped mounts and overlays where the engine keeps its layers. */
async function tryMounts(built: string, paths: RootPaths): Promise<Requirement[]> {
  const notProbed = (reason: string) =>
    probedFeatures.map((code) =>
      requirement(code, false, message('isolation.not-tried-because', { reason }), fixes[code]),
    );
  // The data directory may not exist yet: its nearest existing ancestor is on the same file system.
  let directory = paths.data;
  while (!(await exists(directory))) directory = path.dirname(directory);
  let output: string;
  try {
    output = (await run(built, ['--bulkhead-check', directory], { timeout: 20_000 })).stdout;
  } catch (error) {
    // It exits with 1 when a requirement is not met, after printing which.
    const partial =
      error instanceof Error && 'stdout' in error && typeof error.stdout === 'string' ? error.stdout : '';
    const stderr =
      error instanceof Error && 'stderr' in error && typeof error.stderr === 'string'
        ? error.stderr.trim()
        : '';
    if (partial === '')
      return notProbed(stderr !== '' ? stderr : error instanceof Error ? error.message : String(error));
    output = partial;
  }
  const checks = new Map<string, z.infer<typeof checkLine>>();
  for (const line of output.split('\n').filter((text) => text !== '')) {
    try {
      const parsed = checkLine.parse(JSON.parse(line));
      checks.set(parsed.code, parsed);
    } catch (error) {
      return notProbed(error instanceof Error ? error.message : String(error));
    }
  }
  return probedFeatures.map((code) => {
    const line = checks.get(code);
    if (line === undefined) return requirement(code, false, message('isolation.not-tried'), fixes[code]);
    const found = message('isolation.found-in-directory', { found: line.found, directory });
    return requirement(code, line.met, found, fixes[code]);
  });
}

/**
 * The engine diffs layers natively only without redirect_dir and metacopy; otherwise built images would
 * differ.
 */
async function nativeOverlayDiff(): Promise<Requirement> {
  const on: string[] = [];
  for (const name of ['redirect_dir', 'metacopy']) {
    const value = await readFile(`/sys/module/overlay/parameters/${name}`, 'utf8').catch(() => 'N');
    if (value.trim().startsWith('Y')) on.push(name);
  }
  const met = on.length === 0;
  const found = met
    ? message('isolation.overlay-stored-natively')
    : message('isolation.overlay-option-on', { list: on.join(' and ') });
  return requirement('native-overlay-diff', met, found, message('isolation.load-overlay-module'));
}
