import type { BuildMessage } from '../../shared/policy/build-solve.ts';

/**
 * The calls of the engine's `/grpc` that are allowed: what BuildKit's controller registers there and its
 * clients (buildx, buildctl) use. `raw` ones only read, or change build caches and history; of the others
 * every message is parsed, decided and re-serialized.
 */
export type MethodHandling = 'raw' | BuildMessage;

const control = '/moby.buildkit.v1.Control/';
const bridge = '/moby.buildkit.v1.frontend.LLBBridge/';
const content = '/containerd.services.content.v1.Content/';

const methods: ReadonlyMap<string, MethodHandling> = new Map<string, MethodHandling>([
  [`${control}Solve`, 'solve'],
  [`${control}DiskUsage`, 'raw'],
  [`${control}Prune`, 'raw'],
  [`${control}Status`, 'raw'],
  [`${control}ListWorkers`, 'raw'],
  [`${control}Info`, 'raw'],
  [`${control}ListenBuildHistory`, 'raw'],
  [`${control}UpdateBuildHistory`, 'raw'],
  // Like `POST /session`: inside, the client is the gRPC server, and the engine calls it.
  [`${control}Session`, 'raw'],
  [`${bridge}Solve`, 'bridge-solve'],
  [`${bridge}ResolveSourceMeta`, 'resolve-source'],
  [`${bridge}ResolveImageConfig`, 'resolve-image'],
  [`${bridge}NewContainer`, 'new-container'],
  [`${bridge}ExecProcess`, 'exec'],
  [`${bridge}Return`, 'return'],
  [`${bridge}Warn`, 'warn'],
  // They read results of the build the caller started (BuildKit resolves the paths inside them), or end what
  // it started.
  [`${bridge}ReadFile`, 'raw'],
  [`${bridge}ReadDir`, 'raw'],
  [`${bridge}StatFile`, 'raw'],
  [`${bridge}Evaluate`, 'raw'],
  [`${bridge}Ping`, 'raw'],
  [`${bridge}Inputs`, 'raw'],
  [`${bridge}ReleaseContainer`, 'raw'],
  [`${bridge}ReadFileContainer`, 'raw'],
  [`${bridge}ReadDirContainer`, 'raw'],
  [`${bridge}StatFileContainer`, 'raw'],
  // Records of the build history. BuildKit serves the store read-only; so does the gateway.
  [`${content}Info`, 'raw'],
  [`${content}List`, 'raw'],
  [`${content}Read`, 'raw'],
  [`${content}Status`, 'raw'],
  [`${content}ListStatuses`, 'raw'],
  ['/opentelemetry.proto.collector.trace.v1.TraceService/Export', 'raw'],
  ['/grpc.health.v1.Health/Check', 'raw'],
  ['/grpc.health.v1.Health/Watch', 'raw'],
]);

/** How a call is handled; null for an unknown method. `path` is `/service/Method`. */
export function methodHandling(path: string): MethodHandling | null {
  return methods.get(path) ?? null;
}

/** Whether a call runs a build, for as long as that takes. */
export function isBuild(path: string): boolean {
  return path === `${control}Solve`;
}

/** Whether a call opens a session. */
export function opensSession(path: string): boolean {
  return path === `${control}Session`;
}

/** Whether a call is for the progress of a build, which its message names. */
export function isForProgress(path: string): boolean {
  return path === `${control}Status`;
}

/** Whether a call belongs to a build that is named in its metadata (`buildkit-controlapi-buildid`). */
export function isForBuild(path: string): boolean {
  return path.startsWith(bridge);
}
