import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type Docker from 'dockerode';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { claimIds, verificationSchema, type Claim, type Verification } from '../../shared/verify/claims.ts';
import { engineMessage, requestFailure } from '../containers/docker-client.ts';
import type { RootPaths } from '../drivers/root-paths.ts';
import { writeFileAtomic } from '../store/files.ts';
import { acquireLock } from '../store/lock.ts';
import { judgeExclusiveRange, judgeOff, judgePrivileged, judgeRefused, judgeRuntime, judgeUserNamespace, judgeUsernsHost, notEnforced, type Observed, type Refusal } from './judge.ts';
import { askRefused, removeProbes, runProbe, type ProbeRequest } from './probe-container.ts';
import { makeProbeImage, removeProbeImage } from './probe-image.ts';

export interface VerifyOptions {
  readonly paths: RootPaths;
  /** A client of the socket that users have: the gateway's. */
  readonly docker: Docker;
  /** The built probe program. */
  readonly probeBinary: string;
  readonly runtimeName: string;
  readonly eci: boolean;
  /** Audit mode is in force: what would be refused passes, so refusals are neither asked for nor claimed. */
  readonly audit: boolean;
  /** The policy allows any image to mount the socket: then there is no refusal to be shown (B2). */
  readonly anyImageMayMountSocket: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Shows the protection from inside real containers, asking for them as a hostile client would, and records the result in
 * DIR/verification.json. Containers and image are always removed again, those of an earlier crashed run first.
 * A claim that can't be shown is a failed claim, not an error; errors: engine.unreachable, verify.no-image, apply.in-progress (another verification).
 */
export async function verifyProtection(options: VerifyOptions): Promise<Result<Verification, AppError>> {
  // First of all: without an engine there may be no directory for the lock either.
  try { await options.docker.ping(); } catch (error) { return requestFailure('the protection could not be verified', error); }
  const lock = await acquireLock(path.join(options.paths.root, 'verify.lock'));
  if (!lock.ok) return lock.error.code === 'apply.in-progress' ? fail('apply.in-progress', 'another verification is under way', { hint: 'Wait until it has ended.' }) : lock;
  const begun = Date.now();
  try {
    try { await removeProbes(options.docker); } catch (error) { return requestFailure('the protection could not be verified', error); }
    const image = await makeProbeImage(options.docker, options.probeBinary);
    if (!image.ok) return image;
    let claims: Claim[];
    try {
      claims = await collectClaims(options, image.value);
    } finally {
      await tidy(options.docker, image.value);
    }
    if (options.signal?.aborted === true) return fail('apply.cancelled', 'the verification was cancelled');
    const verification: Verification = { at: new Date().toISOString(), durationMs: Date.now() - begun, eci: options.eci, claims };
    const written = await writeFileAtomic(options.paths.verification, `${JSON.stringify(verification, null, 2)}\n`);
    return written.ok ? ok(verification) : written;
  } finally {
    await lock.value.release();
  }
}

async function collectClaims(options: VerifyOptions, image: string): Promise<Claim[]> {
  const { docker, paths } = options;
  const signal = options.signal ?? new AbortController().signal;
  const probe = (request: Omit<ProbeRequest, 'image'>) => observe(() => runProbe(docker, { image, ...request }, signal));
  const refusal = async (asked: string, host: ProbeRequest['host']): Promise<Refusal> => ({ asked, answer: await observe(() => askRefused(docker, { image, ...(host === undefined ? {} : { host }) }, signal)) });

  if (!options.eci) return judgeOff(await probe({}), claimIds);
  // Two that live at the same time: ranges could be given out twice only then.
  const [first, second, privileged, namespaces, sockets] = await Promise.all([
    probe({ args: ['--hold'] }), probe({ args: ['--hold'] }),
    probe({ args: ['--operations'], host: { Privileged: true } }),
    options.audit ? [] : Promise.all([
      refusal('pid=host', { PidMode: 'host' }), refusal('network=host', { NetworkMode: 'host' }), refusal('ipc=host', { IpcMode: 'host' }), refusal('uts=host', { UTSMode: 'host' }),
    ]),
    options.audit ? [] : Promise.all([
      refusal('bind of the client socket', { Binds: [`${paths.clientSocket}:/var/run/docker.sock`] }),
      refusal("bind of the engine's own socket", { Binds: [`${paths.engineSocket}:/var/run/docker.sock`] }),
      refusal('mount of the client socket', { Mounts: [{ Type: 'bind', Source: paths.clientSocket, Target: '/var/run/docker.sock' }] }),
    ]),
  ]);
  const claims = [
    judgeUserNamespace(first), judgeExclusiveRange(first, second), judgeRuntime(first, options.runtimeName), judgeUsernsHost(first),
    options.audit ? notEnforced('A7-host-namespaces-refused') : judgeRefused('A7-host-namespaces-refused', namespaces), judgePrivileged(privileged),
  ];
  if (options.audit) return [...claims, notEnforced('B1-socket-refused')];
  // With "*" in the image list the client socket may be mounted by the admin's own word; the engine's own never.
  const refused = options.anyImageMayMountSocket ? sockets.filter((socket) => socket.asked.includes('engine')) : sockets;
  return [...claims, judgeRefused('B1-socket-refused', refused)];
}

async function observe<T>(work: () => Promise<T>): Promise<Observed<T>> {
  try { return { seen: await work() }; } catch (error) { return { error: engineMessage(error) }; }
}

/** Whatever happened before: nothing of ours stays. Failures show at the next run, which removes leftovers first. */
async function tidy(docker: Docker, image: string): Promise<void> {
  await removeProbes(docker).catch(() => undefined);
  await removeProbeImage(docker, image).catch(() => undefined);
}

/** The last recorded verification; null where there is none or it can't be understood. */
export async function readVerification(paths: RootPaths): Promise<Verification | null> {
  try {
    const parsed = verificationSchema.safeParse(JSON.parse(await readFile(paths.verification, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch { return null; }
}
