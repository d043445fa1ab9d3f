import { joinMessages } from '../../../shared/messages/join-messages.ts';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { HostConfig } from 'dockerode';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';
import {
  claimIds,
  verificationSchema,
  type Claim,
  type ClaimId,
  type Verification,
} from '../../../shared/verify/claims.ts';
import { requestFailure } from '../../base/docker-client.ts';
import { writeFileAtomic } from '../../base/files.ts';
import {
  makeClaim,
  makeItem,
  outcomeText,
  probeErrorText,
  type EvidenceText,
} from '../../verify/evidence.ts';
import {
  judgeExclusiveRange,
  judgeOff,
  judgeRuntime,
  judgeUserNamespace,
  judgeUsernsHost,
  notOffered,
  type Observation,
} from '../../verify/judge.ts';
import {
  requestRefused,
  removeProbes,
  runProbe,
  type ProbeRequest,
  type ProbeResult,
} from '../../verify/probe-container.ts';
import { makeProbeImage, removeImage } from '../../verify/probe-image.ts';
import { respondingSocket } from './detect.ts';
import { message, plainText } from '../../../shared/messages/message.ts';
import type { DesktopHost } from './host.ts';

/** The claims that containers of our own can verify on Docker Desktop; for the rest we rely on Docker. */
const shown: readonly ClaimId[] = [
  'A2-user-namespace',
  'A3-exclusive-range',
  'A6-runtime-override',
  'A7-userns-host-ignored',
  'A7-host-namespaces-refused',
  'B1-socket-refused',
];

/**
 * Runs the probes through the user's socket and stores the result in `file`. Errors: engine.unreachable,
 * verify.no-image.
 */
export async function verifyDesktop(
  host: DesktopHost,
  settings: EffectiveSettings,
  options: { readonly probeDirectory: string; readonly file: string; readonly signal?: AbortSignal },
): Promise<Result<Verification, AppError>> {
  const socket = await respondingSocket(host);
  if (socket === null)
    return fail('engine.unreachable', message('desktop.not-verified-no-response'), {
      hint: message('desktop.start-and-sign-in'),
    });
  const docker = host.docker(socket);
  const signal = options.signal ?? new AbortController().signal;
  const begun = host.now();
  try {
    await removeProbes(docker);
  } catch (error) {
    return requestFailure(message('desktop.not-verified'), error);
  }
  const image = await makeProbeImage(docker, options.probeDirectory);
  if (!image.ok) return image;
  let claims: Claim[];
  try {
    const probe = async (request: Omit<ProbeRequest, 'image'>): Promise<Observation<ProbeResult>> => {
      // Its engine runs in a virtual machine: its process ids mean nothing here.
      try {
        return {
          value: {
            ...(await runProbe(docker, { image: image.value, ...request }, signal)),
            outsideMap: null,
          },
        };
      } catch (error) {
        return { error: probeErrorText(error) };
      }
    };
    const refusal = async (requested: EvidenceText, hostConfig: Partial<HostConfig>) => {
      try {
        return { requested, refused: await startRefused(docker, image.value, hostConfig, signal) };
      } catch (error) {
        return { requested, refused: { status: 0, message: probeErrorText(error) } };
      }
    };
    claims = settings.eci.value
      ? await claimsOn(host, settings, socket, probe, refusal)
      : judgeOff(await probe({}), claimIds);
  } finally {
    await removeProbes(docker).catch(() => undefined);
    await removeImage(docker, image.value).catch(() => undefined);
  }
  if (signal.aborted) return fail('apply.cancelled', message('desktop.verification-cancelled'));
  const verification: Verification = {
    at: new Date(host.now()).toISOString(),
    durationMs: host.now() - begun,
    eci: settings.eci.value,
    claims,
  };
  try {
    await mkdir(path.dirname(options.file), { recursive: true, mode: 0o755 });
  } catch (cause) {
    return fail('settings.unwritable', message('desktop.verification-not-saved'), { cause });
  }
  const written = await writeFileAtomic(options.file, `${JSON.stringify(verification, null, 2)}\n`);
  return written.ok ? ok(verification) : written;
}

/** The engine's refusal; `status` 0: there was none. */
interface Refusal {
  readonly status: number;
  readonly message: EvidenceText;
}

type Refused = {
  readonly requested: EvidenceText;
  readonly refused: Refusal | null;
};

async function claimsOn(
  host: DesktopHost,
  settings: EffectiveSettings,
  socket: string,
  probe: (request: Omit<ProbeRequest, 'image'>) => Promise<Observation<ProbeResult>>,
  refusal: (requested: EvidenceText, host: Partial<HostConfig>) => Promise<Refused>,
): Promise<Claim[]> {
  const anyImage = settings.socket.images.some((image) => image.startsWith('*'));
  const [one, two, namespaces, sockets] = await Promise.all([
    probe({}),
    probe({}),
    Promise.all([refusal('pid=host', { PidMode: 'host' }), refusal('network=host', { NetworkMode: 'host' })]),
    // The path of the socket for the user's clients; in its virtual machine it is always this one.
    anyImage
      ? []
      : Promise.all(
          [...new Set(['/var/run/docker.sock', ...(host.platform === 'win32' ? [] : [socket])])].map(
            (source) =>
              refusal(message('evidence.bind', { source }), { Binds: [`${source}:/var/run/docker.sock`] }),
          ),
        ),
  ]);
  const made = new Map<ClaimId, Claim>(
    [
      judgeUserNamespace(one),
      judgeExclusiveRange(one, two),
      judgeRuntime(one, host.runtimeName),
      judgeUsernsHost(one),
      judgeRefusals('A7-host-namespaces-refused', namespaces),
      anyImage
        ? notOffered('B1-socket-refused', message('evidence.any-image-may-mount-socket'))
        : judgeRefusals('B1-socket-refused', sockets),
    ].map((claim) => [claim.id, claim]),
  );
  return claimIds.map(
    (id) =>
      made.get(id) ??
      notOffered(
        id,
        shown.includes(id) ? message('evidence.not-tried') : message('evidence.documented-by-docker'),
      ),
  );
}

/**
 * Docker Desktop refuses some at create and some at start, with its own messages: any refusal of the engine
 * counts, a missing response does not.
 */
function judgeRefusals(id: ClaimId, requested: readonly Refused[]): Claim {
  const isRefused = ({ refused }: Refused): boolean => refused !== null && refused.status >= 400;
  return {
    ...makeClaim(
      id,
      requested.every(isRefused) ? 'pass' : 'fail',
      joinMessages(
        'statements',
        requested.map((one) => outcomeText(one.requested, outcomeWithStatus(one.refused))),
      ),
    ),
    items: requested.map((one) =>
      makeItem(one.requested, one.refused?.message ?? message('evidence.was-allowed'), isRefused(one)),
    ),
  };
}

function outcomeWithStatus(refused: Refusal | null): EvidenceText {
  if (refused === null) return message('evidence.was-allowed');
  return refused.status === 0 ? refused.message : `${refused.status} ${plainText(refused.message)}`;
}

/** Null if a container was created and could start; else the engine's refusal. */
async function startRefused(
  docker: ReturnType<DesktopHost['docker']>,
  image: string,
  host: Partial<HostConfig>,
  signal: AbortSignal,
): Promise<Refusal | null> {
  const refused = await requestRefused(docker, { image, host }, signal);
  if (refused !== null) return refused;
  // If it was created all the same, starting one like it must fail.
  try {
    await runProbe(docker, { image, host }, signal);
    return null;
  } catch (error) {
    const status =
      typeof error === 'object' &&
      error !== null &&
      'statusCode' in error &&
      typeof error.statusCode === 'number'
        ? error.statusCode
        : 0;
    return { status, message: probeErrorText(error) };
  }
}

/** The newest verification in `files`; null if none can be read. */
export async function newestVerification(files: readonly string[]): Promise<Verification | null> {
  const read = await Promise.all(
    files.map(async (file) => {
      try {
        const parsed = verificationSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
        return parsed.success ? parsed.data : null;
      } catch {
        return null;
      }
    }),
  );
  return (
    read
      .filter((one): one is Verification => one !== null)
      .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))[0] ?? null
  );
}
