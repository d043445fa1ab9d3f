import { execFile } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { running, wrote, type Attempt, type Outcome, type Side } from '../attempt.ts';

export const run = promisify(execFile);
export const read = (file: string) => ({ Cmd: ['cat', file] });
export const secret = wrote('opened');

/** A container that reads `secret` of the closed directory, in the way given by `host`. */
export function reading(
  kind: 'mounts' | 'volumes',
  rows: readonly {
    readonly id: string;
    readonly title: string;
    readonly host: (side: Side) => Record<string, unknown>;
    readonly file?: (side: Side) => string;
    readonly prepare?: Attempt['prepare'];
    readonly outcome?: Outcome;
  }[],
): Attempt[] {
  return rows.map(({ id, title, host, file, prepare, outcome }): Attempt => ({
    id,
    class: kind,
    title,
    outcome: outcome ?? 'refused',
    ...(prepare ? { prepare } : {}),
    attempt: (side) => running(side, { ...read(file?.(side) ?? '/x/secret'), HostConfig: host(side) }),
    breach: secret,
  }));
}
export const bind = (source: string) => ({ Binds: [`${source}:/x`] });
export const mount = (source: string, more: Record<string, unknown> = {}) => ({
  Mounts: [{ Type: 'bind', Source: source, Target: '/x', ...more }],
});
export const alias =
  (target: (side: Side) => string, name = 'link') =>
  (side: Side) =>
    symlink(target(side), path.join(side.shared, name));
