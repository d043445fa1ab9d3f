import * as z from 'zod';
import type { EngineExtension, EngineStatus } from '../../../shared/engine-status/status.ts';
import { systemCode } from '../../base/files.ts';
import { getOverSocket } from '../../base/get-over-socket.ts';
import type { RootPaths } from '../../base/root-paths.ts';

const infoSchema = z.object({
  Containers: z.number().int(),
  ContainersRunning: z.number().int(),
  Images: z.number().int(),
  Driver: z.string(),
  KernelVersion: z.string(),
  OperatingSystem: z.string(),
  DefaultRuntime: z.string(),
  ServerVersion: z.string(),
  // From API 1.53 on, where NRI is enabled.
  NRI: z.looseObject({}).nullish(),
  // From API 1.44 on; empty where CDI is off.
  CDISpecDirs: z.array(z.string()).nullish(),
});
const versionSchema = z.object({ Version: z.string(), ApiVersion: z.string() });

export type EngineDescription = Pick<
  EngineStatus,
  'version' | 'apiVersion' | 'kernel' | 'os' | 'storageDriver' | 'defaultRuntime' | 'counts' | 'extensions'
>;

/** What the engine says of itself; what can't be learnt is null. */
export async function describeEngineApi(paths: RootPaths): Promise<EngineDescription> {
  // The engine's own socket is root's; others ask through the gateway.
  const socket = process.getuid?.() === 0 ? paths.engineSocket : paths.clientSocket;
  const [info, version] = await Promise.all([
    get(socket, '/info', infoSchema),
    get(socket, '/version', versionSchema),
  ]);
  return {
    version: version?.Version ?? info?.ServerVersion ?? null,
    apiVersion: version?.ApiVersion ?? null,
    kernel: info?.KernelVersion ?? null,
    os: info?.OperatingSystem ?? null,
    storageDriver: info?.Driver ?? null,
    defaultRuntime: info?.DefaultRuntime ?? null,
    counts:
      info === null
        ? null
        : { containers: info.Containers, running: info.ContainersRunning, images: info.Images },
    ...(info === null ? {} : withExtensions(info)),
  };
}

/** What `GET /info` tells of the engine's extensions. Pure. */
export function withExtensions({
  NRI,
  CDISpecDirs,
}: Pick<z.infer<typeof infoSchema>, 'NRI' | 'CDISpecDirs'>): Pick<EngineStatus, 'extensions'> {
  const extensions: EngineExtension[] = [
    ...(NRI == null ? [] : (['nri'] as const)),
    ...((CDISpecDirs ?? []).length === 0 ? [] : (['cdi'] as const)),
  ];
  return extensions.length === 0 ? {} : { extensions };
}

async function get<T>(socket: string, target: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    const { status, body } = await getOverSocket(socket, target, 5000);
    const parsed = schema.safeParse(JSON.parse(body));
    return status === 200 && parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * Whether somebody answers HTTP there, whatever the answer: the gateway says 503 while the engine is down. To
 * a user who may not ask, a live process has to do.
 */
export async function answersHttp(socket: string, isServerAlive: () => Promise<boolean>): Promise<boolean> {
  return getOverSocket(socket, '/_ping', 3000).then(
    () => true,
    (error: unknown) => systemCode(error) === 'EACCES' && isServerAlive(),
  );
}
