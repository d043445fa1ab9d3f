import type { HostConfig } from 'dockerode';
import type { Claim } from '../../shared/verify/claims.ts';
import { message } from '../../shared/messages/message.ts';
import { timeLimit } from '../base/time-limits.ts';
import { evidenceOf, makeClaim, ProbeError } from './evidence.ts';
import { judgeThroughSocket, type SocketContainers } from './judge-mounts.ts';
import { judgeRefused } from './judge.ts';
import { probeBody, readProbe } from './probe-container.ts';
import type { VerifyOptions } from './verify-options.ts';
import { inside, type ProbeRunner } from './probe-runner.ts';

const anyImage = ({ settings }: VerifyOptions): boolean =>
  settings.socket.images.some((image) => image.startsWith('*'));
const clientSocketBind = (options: VerifyOptions): Partial<HostConfig> => ({
  Binds: [`${options.paths.clientSocket}:${inside.socket}`],
});

/**
 * B1: with "*" in the image list the clients' socket may be mounted, as the administrator allows; the
 * engine's own socket never may, and its refusal is only a part of the claim.
 */
export async function collectSocketRefusals(runner: ProbeRunner, options: VerifyOptions): Promise<Claim> {
  const { paths } = options;
  const id = 'B1-socket-refused';
  const refused = judgeRefused(
    id,
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
  return refused.verdict === 'pass' && anyImage(options) ? limitedToEngineSocket(refused) : refused;
}

/** The claim that only the engine's own socket is refused. */
export const limitedToEngineSocket = (refused: Claim): Claim => ({
  ...refused,
  ...makeClaim(
    refused.id,
    'limited',
    message('evidence.only-engine-socket-tried', { evidence: evidenceOf(refused) }),
  ),
});

/**
 * A11: if the settings allow the probe's image a socket, it creates a container through it; otherwise only
 * the refusal can be verified.
 */
export async function collectThroughSocket(runner: ProbeRunner, options: VerifyOptions): Promise<Claim> {
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
    await runner.observe(async (): Promise<SocketContainers> => {
      const body = JSON.stringify(probeBody({ image: runner.image }));
      const seconds = Math.ceil((await timeLimit('probeSocket')) / 1000);
      const maker = await runner.probe({
        args: ['--socket', inside.socket, String(seconds), body],
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
