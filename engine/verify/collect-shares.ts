import os from 'node:os';
import * as z from 'zod';
import type { Claim } from '../../shared/verify/claims.ts';
import { message } from '../../shared/messages/message.ts';
import { judgeReadOnly, judgeShared, judgeUnshared, type ShareObservation } from './judge-mounts.ts';
import type { Observation, Refusal } from './judge.ts';
import { makeProbeShare, sharedDirectories, unsharedDirectory } from './probe-share.ts';
import type { VerifyOptions } from './verify-options.ts';
import { type ProbeRunner, inside } from './probe-runner.ts';

/** A8, A9: a privileged container with a shared directory, mounted writable and read-only. */
export async function collectShares(
  runner: ProbeRunner,
  { settings, paths, notOffered: unoffered = {} }: VerifyOptions,
): Promise<Claim[]> {
  if (unoffered['A8-shared-directory-usable'] !== undefined && unoffered['A9-read-only-locked'] !== undefined)
    return [];
  const created = await makeProbeShare(sharedDirectories(settings, os.userInfo().homedir), paths.id);
  if (created === null || !('share' in created))
    return [judgeUnshared(created), await readOnlyVolume(runner)];
  const { share } = created;
  try {
    const probe = await runner.probe({
      args: ['--shared', inside.shared, '--read-only', inside.readOnly],
      host: {
        Privileged: true,
        Binds: [`${share.writable}:${inside.shared}`, `${share.readOnly}:${inside.readOnly}:ro`],
      },
    });
    const observed: Observation<ShareObservation> =
      'error' in probe
        ? probe
        : {
            value: {
              probe: probe.value,
              writtenBy: await share.writtenBy(),
              readOnlyChanged: await share.readOnlyChanged(),
              user: process.getuid?.() ?? 0,
            },
          };
    return [judgeShared(observed), judgeReadOnly(observed)];
  } finally {
    await share.remove().catch(() => undefined);
  }
}

/**
 * A9 if there is no shared directory to try: volumes are mounted in the same way. An anonymous volume, which
 * is removed with its containers, is mounted read-only in a second one.
 */
async function readOnlyVolume(runner: ProbeRunner): Promise<Claim> {
  const owner = await runner.probe({
    host: { Mounts: [{ Type: 'volume', Source: '', Target: inside.readOnly }] },
  });
  if ('error' in owner) return judgeReadOnly(owner);
  const probe = await runner.probe({
    args: ['--read-only', inside.readOnly],
    host: { Privileged: true, VolumesFrom: [`${owner.value.id}:ro`] },
  });
  return judgeReadOnly('error' in probe ? probe : { value: { probe: probe.value, readOnlyChanged: false } });
}

/**
 * A8: the engine's own directories, by Binds and Mounts, a parent of them, and a directory that is not
 * shared. Its data may have been moved since the gateway was told where they are.
 */
export async function refusedDirectories(
  runner: ProbeRunner,
  { docker, paths, settings }: VerifyOptions,
): Promise<Refusal[]> {
  const data = new Set([paths.data, await dataDirectoryOf(docker, paths.data)]);
  const unshared = await unsharedDirectory(sharedDirectories(settings, os.userInfo().homedir));
  return Promise.all([
    runner.refusal(message('evidence.bind-engine-directory'), { Binds: [`${paths.root}:/x`] }),
    ...[...data].map((source) =>
      runner.refusal(
        source === paths.data ? message('evidence.mount-engine-data') : message('evidence.bind', { source }),
        { Mounts: [{ Type: 'bind', Source: source, Target: '/x' }] },
      ),
    ),
    runner.refusal(message('evidence.bind-root-read-only'), { Binds: ['/:/x:ro'] }),
    runner.refusal(message('evidence.bind-through-proc'), { Binds: ['/proc/self/root/:/x'] }),
    ...(unshared === null
      ? []
      : [runner.refusal(message('evidence.bind', { source: unshared }), { Binds: [`${unshared}:/x`] })]),
  ]);
}

const infoSchema = z.object({ DockerRootDir: z.string().startsWith('/') });

/** The data directory by the engine's own account; `usual` if it does not say. */
async function dataDirectoryOf(docker: VerifyOptions['docker'], usual: string): Promise<string> {
  const info: unknown = await docker.info().catch(() => null);
  const parsed = infoSchema.safeParse(info);
  return parsed.success ? parsed.data.DockerRootDir : usual;
}
