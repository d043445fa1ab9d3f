import { access, constants } from 'node:fs/promises';
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { EffectiveSettings } from '../../shared/settings/index.ts';
import { claimIds, type Claim, type ClaimId } from '../../shared/verify/claims.ts';
import { message } from '../../shared/messages/message.ts';
import { dockerClient } from '../base/docker-client.ts';
import { judgeBuild, judgeProcEmulated, judgeProcHidden, judgeSharing } from './judge-mounts.ts';
import { judgePrivileged } from './judge-privileged.ts';
import {
  judgeExclusiveRange,
  judgeOff,
  judgeRefused,
  judgeRuntime,
  judgeUserNamespace,
  judgeUsernsHost,
  notEnforced,
  notOffered,
} from './judge.ts';
import { probeBuildKit, probeClassicBuild, type BuildDoor } from './probe-build.ts';
import { probeBody } from './probe-container.ts';
import type { VerifyOptions } from './verify-options.ts';
import { createProbeRunner, type ProbeRunner } from './probe-runner.ts';
import { collectDevices } from './collect-devices.ts';
import { collectShares, refusedDirectories } from './collect-shares.ts';
import { collectSocketRefusals, collectThroughSocket } from './collect-sockets.ts';

/** Missing in dockerode's types. */
const cgroupsOfHost = { CgroupnsMode: 'host' } as Partial<HostConfig>;
/**
 * Removes the engine's own masks over /proc, so that only isolation is tested. Missing in dockerode's types.
 */
const unmaskedProc = { MaskedPaths: [], ReadonlyPaths: [] } as Partial<HostConfig>;

/** Every claim, from containers that run concurrently as far as they are independent. Never rejects. */
export async function collectClaims(options: VerifyOptions, image: string): Promise<Claim[]> {
  const runner = createProbeRunner(options, image);
  const { settings } = options;
  if (!settings.eci.value) return judgeOff(await runner.probe({}), claimIds);

  const unoffered = options.notOffered ?? {};
  const door: BuildDoor = { docker: options.docker, socketPath: options.paths.clientSocket };
  // Not probed at all if the backend can't make the claim.
  const unless = async (ids: readonly ClaimId[], work: () => Promise<Claim[]>): Promise<Claim[]> =>
    ids.every((id) => unoffered[id] !== undefined) ? [] : work();
  const audit = settings.mode === 'audit';
  const refusals = async (id: ClaimId, work: () => Promise<Claim>): Promise<Claim[]> =>
    unless([id], async () => [audit ? notEnforced(id) : await work()]);

  const claims = (
    await Promise.all([
      isolation(runner, options),
      unless(['A4-privileged-works', 'A5-privileged-confined'], async () =>
        judgePrivileged(await runner.probe({ args: ['--operations'], host: { Privileged: true } })),
      ),
      refusals('A5-listed-devices', () => collectDevices(runner, options)),
      refusals('A7-host-namespaces-refused', async () =>
        judgeRefused(
          'A7-host-namespaces-refused',
          await Promise.all([
            runner.refusal('pid=host', { PidMode: 'host' }),
            runner.refusal('network=host', { NetworkMode: 'host' }),
            runner.refusal('ipc=host', { IpcMode: 'host' }),
            runner.refusal('uts=host', { UTSMode: 'host' }),
            runner.refusal('cgroupns=host', cgroupsOfHost),
          ]),
        ),
      ),
      collectShares(runner, options),
      refusals('A8-engine-directories-refused', async () =>
        judgeRefused('A8-engine-directories-refused', await refusedDirectories(runner, options)),
      ),
      unless(['A10-proc-hidden', 'A10-proc-emulated'], async () => {
        // Where the engine masks nothing of /proc, lxcfs is not mounted either: emulation is tested in a
        // container with the usual options.
        const [bare, usual] = await Promise.all([
          runner.probe({ args: ['--proc'], host: unmaskedProc }),
          runner.probe({ args: ['--proc'] }),
        ]);
        return [judgeProcHidden(bare), judgeProcEmulated(usual)];
      }),
      refusals('A11-through-socket', () => collectThroughSocket(runner, options)),
      refusals('B1-socket-refused', () => collectSocketRefusals(runner, options)),
      unless(['C-build-legacy'], async () => [
        judgeBuild(
          'C-build-legacy',
          await runner.observe(() => probeClassicBuild(door, image, runner.signal)),
        ),
      ]),
      unless(['C-build-buildkit'], async () => [
        judgeBuild('C-build-buildkit', await runner.observe(() => probeBuildKit(door, image, runner.signal))),
      ]),
    ])
  ).flat();
  return claimIds.flatMap((id) => {
    const reason = unoffered[id];
    if (reason !== undefined) return [notOffered(id, reason)];
    return claims.filter((claim) => claim.id === id);
  });
}

/**
 * A2, A3, A6, A7: two containers that run at the same time (only then could ranges be handed out twice), and
 * one that joins the first.
 */
async function isolation(
  runner: ProbeRunner,
  { runtimeName, settings, paths }: VerifyOptions,
): Promise<Claim[]> {
  const first = runner.probe({});
  const joined = first.then(async (owner) =>
    'error' in owner ? owner : runner.probe({ host: { NetworkMode: `container:${owner.value.id}` } }),
  );
  const [one, two, joiner, unprotected] = await Promise.all([
    first,
    runner.probe({}),
    joined,
    mayMakeUnprotected(settings)
      ? unprotectedContainer(paths.engineSocket, runner.image).then(async (id) =>
          id === null
            ? null
            : runner.refusal(message('evidence.unprotected-container'), { NetworkMode: `container:${id}` }),
        )
      : null,
  ]);
  return [
    judgeUserNamespace(one),
    judgeExclusiveRange(one, two),
    judgeRuntime(one, runtimeName),
    judgeUsernsHost(one),
    settings.mode === 'audit' ? notEnforced('A7-namespace-sharing') : judgeSharing(one, joiner, unprotected),
  ];
}

/** If such containers may be started and entered, none is created, since other users could find it. */
const mayMakeUnprotected = (settings: EffectiveSettings): boolean =>
  settings.mode === 'enforce' && settings.existingContainers === 'block';

/**
 * A container as it was before ECI, created without the gateway and never started; null if the caller has no
 * access to the engine's socket.
 */
async function unprotectedContainer(engineSocket: string, image: string): Promise<string | null> {
  try {
    await access(engineSocket, constants.W_OK);
    const body: ContainerCreateOptions = {
      ...probeBody({ image }),
      HostConfig: { Runtime: 'runc', NetworkMode: 'none' },
    };
    return (await dockerClient(engineSocket).createContainer(body)).id;
  } catch {
    return null;
  }
}
