import { access, constants } from 'node:fs/promises';
import os from 'node:os';
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { EffectiveSettings } from '../../shared/settings/index.ts';
import { claimIds, type Claim, type ClaimId } from '../../shared/verify/claims.ts';
import { dockerClient, engineMessage } from '../base/docker-client.ts';
import {
  judgeBuild,
  judgeProcEmulated,
  judgeProcHidden,
  judgeReadOnly,
  judgeShared,
  judgeSharing,
  judgeThroughSocket,
  judgeUnshared,
  type ShareSeen,
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
  askRefused,
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
  const ask = asker(options, image);
  const { settings } = options;
  if (!settings.eci.value) return judgeOff(await ask.probe({}), claimIds);

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
      isolation(ask, options),
      unless(['A4-privileged-works', 'A5-privileged-confined'], async () =>
        judgePrivileged(await ask.probe({ args: ['--operations'], host: { Privileged: true } })),
      ),
      refusals('A7-host-namespaces-refused', async () =>
        judgeRefused(
          'A7-host-namespaces-refused',
          await Promise.all([
            ask.refusal('pid=host', { PidMode: 'host' }),
            ask.refusal('network=host', { NetworkMode: 'host' }),
            ask.refusal('ipc=host', { IpcMode: 'host' }),
            ask.refusal('uts=host', { UTSMode: 'host' }),
            ask.refusal('cgroupns=host', cgroupsOfHost),
          ]),
        ),
      ),
      shares(ask, options),
      refusals('A8-engine-directories-refused', async () =>
        judgeRefused('A8-engine-directories-refused', await directories(ask, options)),
      ),
      unless(['A10-proc-hidden', 'A10-proc-emulated'], async () => {
        // Where the engine lays nothing over /proc, lxcfs does not either: emulation shows in a container as
        // everybody makes it.
        const [bare, usual] = await Promise.all([
          ask.probe({ args: ['--proc'], host: everythingOfProc }),
          ask.probe({ args: ['--proc'] }),
        ]);
        return [judgeProcHidden(bare), judgeProcEmulated(usual)];
      }),
      refusals('A11-through-socket', () => throughSocket(ask, options)),
      refusals('B1-socket-refused', () => sockets(ask, options)),
      unless(['C-build-legacy'], async () => [
        judgeBuild('C-build-legacy', await ask.observe(() => probeClassicBuild(door, image, ask.signal))),
      ]),
      unless(['C-build-buildkit'], async () => [
        judgeBuild('C-build-buildkit', await ask.observe(() => probeBuildKit(door, image, ask.signal))),
      ]),
    ])
  ).flat();
  return claimIds.flatMap((id) => {
    const reason = unoffered[id];
    if (reason !== undefined) return [notOffered(id, reason)];
    return claims.filter((claim) => claim.id === id);
  });
}

interface Asker {
  readonly signal: AbortSignal;
  readonly image: string;
  probe(request: Omit<ProbeRequest, 'image'>): Promise<Observed<ProbeResult>>;
  refusal(asked: string, host: Partial<HostConfig>): Promise<Refusal>;
  observe<T>(work: () => Promise<T>): Promise<Observed<T>>;
}

function asker({ docker, signal = new AbortController().signal }: VerifyOptions, image: string): Asker {
  const observe = async <T>(work: () => Promise<T>): Promise<Observed<T>> => {
    try {
      return { seen: await work() };
    } catch (error) {
      return { error: engineMessage(error) };
    }
  };
  return {
    signal,
    image,
    observe,
    probe: (request) => observe(() => runProbe(docker, { image, ...request }, signal)),
    refusal: async (asked, host) => ({
      asked,
      answer: await observe(() => askRefused(docker, { image, host }, signal)),
    }),
  };
}

/**
 * A2, A3, A6, A7: two containers that live at the same time (ranges could be given out twice only then), and
 * one that joins the first.
 */
async function isolation(ask: Asker, { runtimeName, settings, paths }: VerifyOptions): Promise<Claim[]> {
  const first = ask.probe({ args: ['--hold'] });
  const joined = first.then(async (owner) =>
    'error' in owner ? owner : ask.probe({ host: { NetworkMode: `container:${owner.seen.id}` } }),
  );
  const [one, two, joiner, unprotected] = await Promise.all([
    first,
    ask.probe({ args: ['--hold'] }),
    joined,
    mayMakeUnprotected(settings)
      ? unprotectedContainer(paths.engineSocket, ask.image).then(async (id) =>
          id === null
            ? null
            : ask.refusal('a container that is not protected', { NetworkMode: `container:${id}` }),
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
  ask: Asker,
  { settings, paths, notOffered: unoffered = {} }: VerifyOptions,
): Promise<Claim[]> {
  if (unoffered['A8-shared-directory-usable'] !== undefined && unoffered['A9-read-only-locked'] !== undefined)
    return [];
  const made = await makeProbeShare(sharedDirectories(settings, os.userInfo().homedir), paths.id);
  if (made === null || !('share' in made)) return [judgeUnshared(made), await readOnlyVolume(ask)];
  const { share } = made;
  try {
    const probe = await ask.probe({
      args: ['--shared', inside.shared, '--read-only', inside.readOnly],
      host: {
        Privileged: true,
        Binds: [`${share.writable}:${inside.shared}`, `${share.readOnly}:${inside.readOnly}:ro`],
      },
    });
    const seen: Observed<ShareSeen> =
      'error' in probe
        ? probe
        : {
            seen: {
              probe: probe.seen,
              writtenBy: await share.writtenBy(),
              readOnlyChanged: await share.readOnlyChanged(),
              user: process.getuid?.() ?? 0,
            },
          };
    return [judgeShared(seen), judgeReadOnly(seen)];
  } finally {
    await share.remove().catch(() => undefined);
  }
}

/**
 * A9 where there is no shared directory to try: volumes are mounted like those. One without a name, which
 * goes with its containers, is read-only in another's alone.
 */
async function readOnlyVolume(ask: Asker): Promise<Claim> {
  const owner = await ask.probe({
    host: { Mounts: [{ Type: 'volume', Source: '', Target: inside.readOnly }] },
  });
  if ('error' in owner) return judgeReadOnly(owner);
  const probe = await ask.probe({
    args: ['--read-only', inside.readOnly],
    host: { Privileged: true, VolumesFrom: [`${owner.seen.id}:ro`] },
  });
  return judgeReadOnly('error' in probe ? probe : { seen: { probe: probe.seen, readOnlyChanged: false } });
}

/** A8: the engine's own directories, by Binds and Mounts, one above them, and one that nobody shares. */
async function directories(ask: Asker, { paths, settings }: VerifyOptions): Promise<Refusal[]> {
  const unshared = await unsharedDirectory(sharedDirectories(settings, os.userInfo().homedir));
  return Promise.all([
    ask.refusal("bind of the engine's directory", { Binds: [`${paths.root}:/x`] }),
    ask.refusal("mount of the engine's data", {
      Mounts: [{ Type: 'bind', Source: paths.data, Target: '/x' }],
    }),
    ask.refusal('read-only bind of /', { Binds: ['/:/x:ro'] }),
    ask.refusal('bind through /proc', { Binds: ['/proc/self/root/:/x'] }),
    ...(unshared === null ? [] : [ask.refusal(`bind of ${unshared}`, { Binds: [`${unshared}:/x`] })]),
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
async function sockets(ask: Asker, options: VerifyOptions): Promise<Claim> {
  const { paths } = options;
  return judgeRefused(
    'B1-socket-refused',
    await Promise.all([
      ask.refusal("bind of the engine's own socket", { Binds: [`${paths.engineSocket}:${inside.socket}`] }),
      ...(anyImage(options)
        ? []
        : [
            ask.refusal('bind of the client socket', clientSocketBind(options)),
            ask.refusal('mount of the client socket', {
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
async function throughSocket(ask: Asker, options: VerifyOptions): Promise<Claim> {
  const id = 'A11-through-socket';
  if (!anyImage(options)) {
    const refused = judgeRefused(id, [
      await ask.refusal('a socket for the probe', clientSocketBind(options)),
    ]);
    if (refused.verdict !== 'pass' || options.settings.socket.images.length === 0) return refused;
    return {
      ...refused,
      verdict: 'limited',
      evidence: `${refused.evidence}. Images on the list are not tried: what they ask for passes the same gateway`,
    };
  }
  return judgeThroughSocket(
    await ask.observe(async (): Promise<ThroughSocket> => {
      const body = JSON.stringify(probeBody({ image: ask.image, args: ['--hold'] }));
      const maker = await ask.probe({
        args: ['--socket', inside.socket, body, '--hold'],
        host: clientSocketBind(options),
      });
      if ('error' in maker) throw new Error(maker.error);
      const made = maker.seen.facts.throughSocket;
      if (made === undefined || made.started !== 204) return { maker: maker.seen, made: null };
      return {
        maker: maker.seen,
        made: await ask.observe(() => readProbe(options.docker, made.id, ask.signal)),
      };
    }),
  );
}
