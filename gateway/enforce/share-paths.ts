import path from 'node:path';
import { message, type Message } from '../../shared/messages/message.ts';
import type { PathLookups, Resolved } from './path-lookups.ts';

const maxSymlinks = 40;

export interface Shares {
  readonly resolved: readonly Resolved[];
  /** Why listed directories are not shared. */
  readonly problems: readonly Message[];
}

/**
 * Resolves the listed shares. A symbolic link in a path is followed only where root alone can change it (A8):
 * whoever could replace it, or a directory above it, would choose what is shared.
 */
export async function sharesOf(files: readonly string[], lookups: PathLookups): Promise<Shares> {
  const list = await Promise.all(
    files.map(async (file) => {
      const link = await changeableLink(file, lookups);
      return {
        file,
        found:
          link === null
            ? await lookups.resolve(file)
            : { problem: message('gateway.path-through-changeable-link', { link }) },
      };
    }),
  );
  return {
    resolved: list.flatMap(({ found }) => ('problem' in found ? [] : [found])),
    problems: list.flatMap(({ file, found }) =>
      'problem' in found
        ? [message('gateway.directory-not-shared', { path: file, problem: found.problem })]
        : [],
    ),
  };
}

/**
 * The first symbolic link in the path `file` (absolute) that others than root can change; null: none, as far
 * as the path exists.
 */
async function changeableLink(file: string, lookups: PathLookups): Promise<string | null> {
  let pending = file.split('/');
  let at = '/';
  let isRootControlled = true;
  for (let links = 0; links <= maxSymlinks && pending.length > 0;) {
    const [part = '', ...rest] = pending;
    pending = rest;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      at = path.dirname(at);
      continue;
    }
    const next = path.join(at, part);
    const info = await lookups.lookUp(next);
    if (info.kind === 'error' || info.kind === 'problem') return null;
    if (info.kind === 'other') {
      isRootControlled &&= isRootControlledDirectory(info);
      at = next;
      continue;
    }
    links++;
    const { target } = info;
    if (!isRootControlled || !isOwnedByRoot(info)) return next;
    if (target.startsWith('/')) at = '/';
    pending = [...target.split('/'), ...pending];
  }
  return null;
}

/**
 * Whether root, or the gateway's own user, owns a file.
 */
const isOwnedByRoot = ({ uid }: { readonly uid: bigint }): boolean =>
  uid === 0n || uid === BigInt(process.getuid?.() ?? 0);
const isRootControlledDirectory = (info: { readonly uid: bigint; readonly mode: bigint }): boolean =>
  isOwnedByRoot(info) && ((info.mode & 0o022n) === 0n || (info.mode & 0o1000n) !== 0n);
