import { access, constants } from 'node:fs/promises';
import os from 'node:os';
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { EffectiveSettings } from '../../shared/settings/index.ts';
import { claimIds, type Claim, type ClaimId } from '../../shared/verify/claims.ts';
import { message } from '../../shared/messages/message.ts';
import { dockerClient } from '../base/docker-client.ts';
import { evidenceOf, makeClaim, ProbeError, probeErrorText, type EvidenceText } from './evidence.ts';
import {
  judgeBuild,
  judgeProcEmulated,
  judgeProcHidden,
  judgeReadOnly,
  judgeShared,
  judgeSharing,
  judgeThroughSocket,
  judgeUnshared,
  type ShareObservation,
  type ThroughSocket,
} from './judge-mounts.ts';
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
  type Observed,
  type Refusal,
} from './judge.ts';
import { probeBuildKit, probeClassicBuild, type BuildDoor } from './probe-build.ts';
import {
  requestRefused,
  probeBody,
  readProbe,
  runProbe,
  type ProbeRequest,
  type ProbeResult,
} from './probe-container.ts';
import { makeProbeShare, sharedDirectories, unsharedDirectory } from './probe-share.ts';
import type { VerifyOptions } from './verify-options.ts';

/** Missing in dockerode's types. */
const cgroupsOfHost = { CgroupnsMode: 'host' } as Partial<HostConfig>;
/**
 * Takes away what the engine itself lays over /proc for every container, so that it is isolation that is
 * seen. Missing in dockerode's types.
 */
const everythingOfProc = { MaskedPaths: [], ReadonlyPaths: [] } as Partial<HostConfig>;
/** Where the probe finds what is mounted for it. */
const inside = { shared: '/shared', readOnly: '/read-only', socket: '/var/run/docker.sock' } as const;

/** Every claim, from containers that all run at once as far as they don't need each other. Never rejects. */
export async function collectClaims(options: VerifyOptions, image: string): Promise<Claim[]> {
  const runner = createProbeRunner(options, image);
  const { settings } = options;
  if (!settings.eci.value) return judgeOff(await runner.probe({}), claimIds);

  const unoffered = options.notOffered ?? {};
  const door: BuildDoor = { docker: options.docker, socketPath: options.paths.clientSocket };
  // Not asked for at all where the backend can't.
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
      shares(runner, options),
      refusals('A8-engine-directories-refused', async () =>
        judgeRefused('A8-engine-directories-refused', await directories(runner, options)),
      ),
      unless(['A10-proc-hidden', 'A10-proc-emulated'], async () => {
        // Where the engine lays nothing over /proc, lxcfs does not either: emulation shows in a container as
        // everybody makes it.
        const [bare, usual] = await Promise.all([
          runner.probe({ args: ['--proc'], host: everythingOfProc }),
          runner.probe({ args: ['--proc'] }),
        ]);
        return [judgeProcHidden(bare), judgeProcEmulated(usual)];
      }),
      refusals('A11-through-socket', () => throughSocket(runner, options)),
      refusals('B1-socket-refused', () => sockets(runner, options)),
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

interface ProbeRunner {
  readonly signal: AbortSignal;
  readonly image: string;
  probe(request: Omit<ProbeRequest, 'image'>): Promise<Observed<ProbeResult>>;
  refusal(requested: EvidenceText, host: Partial<HostConfig>): Promise<Refusal>;
  observe<T>(work: () => Promise<T>): Promise<Observed<T>>;
}

function createProbeRunner(
  { docker, signal = new AbortController().signal }: VerifyOptions,
  image: string,
): ProbeRunner {
  const observe = async <T>(work: () => Promise<T>): Promise<Observed<T>> => {
    try {
      return { value: await work() };
    } catch (error) {
      return { error: probeErrorText(error) };
    }
  };
  return {
    signal,
    image,
    observe,
    probe: (request) => observe(() => runProbe(docker, { image, ...request }, signal)),
    refusal: async (requested, host) => ({
      request: requested,
      answer: await observe(() => requestRefused(docker, { image, host }, signal)),
    }),
  };
}

/**
 * A2, A3, A6, A7: two containers that live at the same time (ranges could be given out twice only then), and
 * one that joins the first.
 */
async function isolation(
  runner: ProbeRunner,
  { runtimeName, settings, paths }: VerifyOptions,
): Promise<Claim[]> {
  const first = runner.probe({ args: ['--hold'] });
  const joined = first.then(async (owner) =>
    'error' in owner ? owner : runner.probe({ host: { NetworkMode: `container:${owner.value.id}` } }),
  );
  const [one, two, joiner, unprotected] = await Promise.all([
    first,
    runner.probe({ args: ['--hold'] }),
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

/** Where such containers may be started and entered, none is made for anybody to find. */
const mayMakeUnprotected = (settings: EffectiveSettings): boolean =>
  settings.mode === 'enforce' && settings.existingContainers === 'block';

/**
 * A container as it was before ECI, made past the gateway and never started; null for a caller who can't get
 * past it.
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

/** A8, A9: a privileged container with a shared directory, mounted writable and read-only. */
async function shares(
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
    const observed: Observed<ShareObservation> =
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
 * A9 where there is no shared directory to try: volumes are mounted like those. One without a name, which
 * goes with its containers, is read-only in another's alone.
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

/** A8: the engine's own directories, by Binds and Mounts, one above them, and one that nobody shares. */
async function directories(runner: ProbeRunner, { paths, settings }: VerifyOptions): Promise<Refusal[]> {
  const unshared = await unsharedDirectory(sharedDirectories(settings, os.userInfo().homedir));
  return Promise.all([
    runner.refusal(message('evidence.bind-engine-directory'), { Binds: [`${paths.root}:/x`] }),
    runner.refusal(message('evidence.mount-engine-data'), {
      Mounts: [{ Type: 'bind', Source: paths.data, Target: '/x' }],
    }),
    runner.refusal(message('evidence.bind-root-read-only'), { Binds: ['/:/x:ro'] }),
    runner.refusal(message('evidence.bind-through-proc'), { Binds: ['/proc/self/root/:/x'] }),
    ...(unshared === null
      ? []
      : [runner.refusal(message('evidence.bind', { source: unshared }), { Binds: [`${unshared}:/x`] })]),
  ]);
}

const anyImage = ({ settings }: VerifyOptions): boolean =>
  settings.socket.images.some((image) => image.startsWith('*'));
const clientSocketBind = (options: VerifyOptions): Partial<HostConfig> => ({
  Binds: [`${options.paths.clientSocket}:${inside.socket}`],
});

/**
 * B1: with "*" in the image list the clients' socket may be mounted by the admin's own word; the engine's own
 * never.
 */
async function sockets(runner: ProbeRunner, options: VerifyOptions): Promise<Claim> {
  const { paths } = options;
  return judgeRefused(
    'B1-socket-refused',
    await Promise.all([
      runner.refusal(message('evidence.bind-engine-socket'), {
        Binds: [`${paths.engineSocket}:${inside.socket}`],
      }),
      ...(anyImage(options)
        ? []
        : [
            runner.refusal(message('evidence.bind-client-socket'), clientSocketBind(options)),
            runner.refusal(message('evidence.mount-client-socket'), {
              Mounts: [{ Type: 'bind', Source: paths.clientSocket, Target: inside.socket }],
            }),
          ]),
    ]),
  );
}

/**
 * A11: where the settings let the probe's image have a socket, it makes a container through it; elsewhere
 * that refusal is all there is to show.
 */
async function throughSocket(runner: ProbeRunner, options: VerifyOptions): Promise<Claim> {
  const id = 'A11-through-socket';
  if (!anyImage(options)) {
    const refused = judgeRefused(id, [
      await runner.refusal(message('evidence.socket-for-probe'), clientSocketBind(options)),
    ]);
    if (refused.verdict !== 'pass' || options.settings.socket.images.length === 0) return refused;
    return {
      ...refused,
      ...makeClaim(
        id,
        'limited',
        message('evidence.listed-images-not-tried', { evidence: evidenceOf(refused) }),
      ),
    };
  }
  return judgeThroughSocket(
    await runner.observe(async (): Promise<ThroughSocket> => {
      const body = JSON.stringify(probeBody({ image: runner.image, args: ['--hold'] }));
      const maker = await runner.probe({
        args: ['--socket', inside.socket, body, '--hold'],
        host: clientSocketBind(options),
      });
      if ('error' in maker) throw new ProbeError(maker.error);
      const created = maker.value.facts.throughSocket;
      if (created === undefined || created.started !== 204) return { maker: maker.value, created: null };
      return {
        maker: maker.value,
        created: await runner.observe(() => readProbe(options.docker, created.id, runner.signal)),
      };
    }),
  );
}
