import type Docker from 'dockerode';
import { message, type Message } from '../../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import { requestFailure } from '../../base/docker-client.ts';

/** Checks that the engine responds through the gateway, with the expected configuration. */
export async function checkHealth(
  docker: Docker,
  expectedRuntime: string | null,
): Promise<Result<Message, AppError>> {
  try {
    await docker.ping();
    const info: unknown = await docker.info();
    const runtime =
      typeof info === 'object' && info !== null && 'DefaultRuntime' in info
        ? String(info.DefaultRuntime)
        : '';
    await docker.listContainers({ limit: 1 });
    if (expectedRuntime !== null && runtime !== expectedRuntime) {
      return fail('engine.not-ready', message('engine.configuration-not-in-force'), {
        reason: message('engine.default-runtime-differs', { runtime, expectedRuntime }),
      });
    }
    return ok(message('engine.default-runtime', { runtime }));
  } catch (error) {
    return requestFailure(message('desktop.health-check-failed'), error);
  }
}
