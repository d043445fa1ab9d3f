import { execFile } from 'node:child_process';
import { chmod, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { running, wrote, type AttackResponse, type Attempt, type Outcome, type Side } from '../attempt.ts';

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

/** A request to the attacked socket by a user who is not root; an attempt that uses it is `alone`. */
export async function sendAs(
  side: Side,
  user: number,
  {
    method,
    target,
    body,
  }: { readonly method: string; readonly target: string; readonly body: string | Buffer },
): Promise<AttackResponse> {
  const file = path.join(side.shared, 'request');
  await writeFile(file, body);
  await chmod(path.dirname(side.door), 0o711);
  await chmod(side.door, 0o666);
  const as = ['--reuid', String(user), '--regid', String(user), '--clear-groups'];
  const type = typeof body === 'string' ? ['-H', 'Content-Type: application/json'] : [];
  const request = ['-s', '-w', '\n%{http_code}', '--unix-socket', side.door, '-X', method, ...type];
  const { stdout } = await run('setpriv', [...as, 'curl', ...request, '-T', file, `http://d${target}`]);
  const end = stdout.lastIndexOf('\n');
  return { status: Number(stdout.slice(end + 1)), text: stdout.slice(0, end), json: null };
}
