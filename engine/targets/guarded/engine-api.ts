import * as z from 'zod';
import { describeEngine, engineInfoSchema, type EngineDescription } from '../../base/engine-info.ts';
import { systemCode } from '../../../shared/process/system-code.ts';
import { getOverSocket } from '../../base/get-over-socket.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { unscaledLimits } from '../../../shared/process/time-limits.ts';

const versionSchema = z.object({ Version: z.string(), ApiVersion: z.string() });

/** The engine's own information; unknown facts are null. */
export async function describeEngineApi(paths: RootPaths): Promise<EngineDescription> {
  // Only root can use the engine's own socket; other users query through the gateway.
  const socket = process.getuid?.() === 0 ? paths.engineSocket : paths.clientSocket;
  const [info, version] = await Promise.all([
    get(socket, '/info', engineInfoSchema),
    get(socket, '/version', versionSchema),
  ]);
  return describeEngine(info, version);
}

async function get<T>(socket: string, target: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    const { status, body } = await getOverSocket(socket, target);
    const parsed = schema.safeParse(JSON.parse(body));
    return status === 200 && parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * Whether an HTTP server responds there, with any status: the gateway responds with 503 while the engine is
 * down. For a user without access, a running process is sufficient.
 */
export async function respondsToHttp(
  socket: string,
  isServerAlive: () => Promise<boolean>,
): Promise<boolean> {
  return getOverSocket(socket, '/_ping', unscaledLimits.enginePing).then(
    () => true,
    (error: unknown) => systemCode(error) === 'EACCES' && isServerAlive(),
  );
}
