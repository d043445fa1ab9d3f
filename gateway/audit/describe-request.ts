import type { AuditEntry, AuditOrigin } from '../../shared/audit/entry.ts';
import { probeImagePrefix } from '../../shared/audit/probe-image.ts';
import type { GatewayRequest } from '../http/exchange.ts';
import { writeTarget, type Target } from '../http/message/target.ts';
import type { SocketMounts } from '../base/socket-mount.ts';

/**
 * Parameters whose values are logged. Others may contain secrets (build arguments, a remote context with a
 * token, the copy of a create body that some SDKs put there): only their names are logged.
 */
const plainParameters = new Set([
  'name',
  'container',
  'image',
  'path',
  't',
  'tag',
  'repo',
  'fromImage',
  'networkmode',
  'version',
  'target',
  'dockerfile',
  'platform',
  'all',
  'force',
  'v',
  'rm',
  'pull',
  'nocache',
  'signal',
  'condition',
  'size',
  'link',
  'noprune',
  'quiet',
  'follow',
  'stdout',
  'stderr',
  'stdin',
  'stream',
  'logs',
  'copyUIDGID',
  'noOverwriteDirNonDir',
]);
const maxTarget = 512;

/** The description of a request in the decision log: without its body and possible secrets. */
export function describeRequest(
  request: GatewayRequest,
  mounts: SocketMounts | null,
): Pick<AuditEntry, 'client' | 'origin' | 'method' | 'target'> {
  const peer = request.peer();
  return {
    client: { uid: peer?.uid ?? null, pid: peer?.pid ?? null },
    origin: originOf(request, mounts),
    method: request.head.method,
    target: loggedTarget(request.target),
  };
}

function originOf(request: GatewayRequest, mounts: SocketMounts | null): AuditOrigin {
  if (request.origin.kind === 'clients') return request.origin;
  const mount = mounts?.get(request.origin.id) ?? null;
  return {
    kind: 'socket-mount',
    mount: request.origin.id,
    container: mount?.container?.name ?? null,
    image: mount?.image ?? null,
    createdBy: mount?.createdBy ?? null,
    // Not by the name alone: any user may give an image the name of a probe's.
    ...(mount?.createdBy === 0 && mount.byClient && mount.image.startsWith(probeImagePrefix)
      ? { verification: true }
      : {}),
  };
}

/** The target without the values of unknown parameters, at most 512 characters. */
export function loggedTarget(target: Target): string {
  const path = writeTarget(target.version, target.path, '');
  const query = target.query
    .map(
      ({ key, value }) =>
        `${key}=${plainParameters.has(key) ? encodeURIComponent(value) : value === '' ? '' : '…'}`,
    )
    .join('&');
  const text = query === '' ? path : `${path}?${query}`;
  return text.length > maxTarget ? `${text.slice(0, maxTarget)}…` : text;
}
