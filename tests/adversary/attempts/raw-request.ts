import { hostConfig, type AttackClass, type Attempt, type Side } from '../attempt.ts';

/**
 * The same harmful body in requests written so that a proxy may misinterpret their target, their end, or
 * their presence.
 */
export const hostPidBody = '{"Image":"busybox","HostConfig":{"PidMode":"host"}}';
export const pid = hostConfig('PidMode', 'host');
export const json = `Content-Type: application/json\r\nContent-Length: ${hostPidBody.length}\r\n`;
export const create = (side: Side, more = '') =>
  `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\n${more}${json}\r\n${hostPidBody}`;
export const closing = 'Connection: close\r\n';
export const chunked = (extension = '', trailer = '') =>
  `${hostPidBody.length.toString(16)}${extension}\r\n${hostPidBody}\r\n0\r\n${trailer}\r\n`;

/** One row: bytes for the attacked socket. */
export function bytes(
  kind: AttackClass,
  rows: readonly (readonly [
    id: string,
    title: string,
    write: (side: Side) => string | Buffer,
    outcome?: Attempt['outcome'],
    until?: RegExp,
  ])[],
): Attempt[] {
  return rows.map(([id, title, write, outcome, until]) => ({
    id,
    class: kind,
    title,
    outcome: outcome ?? 'refused',
    breach: pid,
    attempt: (side) => side.sendRaw(write(side), until),
  }));
}
export const line = (start: (tag: string) => string) => (side: Side) =>
  `${start(side.tag)}\r\nHost: d\r\n${closing}${json}\r\n${hostPidBody}`;
