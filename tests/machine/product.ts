import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { at } from '../../scripts/paths.mjs';
import { buildDeb } from '../../scripts/server-deb.mjs';
import { serverDocuments } from '../../scripts/server-documents.mjs';
import { serverPrograms } from '../../scripts/server-files.mjs';
import { stageFiles } from '../../scripts/server-stage.mjs';
import type { Guest } from './guest.ts';

const metadataSchema = z.object({ version: z.string(), description: z.string(), author: z.string() });

export interface PackageOptions {
  /** Appended to the version: such a package is an upgrade of the one without. */
  readonly revision?: string;
  /** JavaScript that is put before the gateway's program: a version with a fault. */
  readonly gatewayFault?: string;
}

export const gatewayProgram = '/usr/lib/bulkhead/dist/gateway/main.cjs';
/** Unpacks 150 MB; where the gateway is installed, also replaces it and the planner. */
const installMs = 800_000;

/** Creates the package for servers from the build, and installs it. */
export async function installPackage(
  guest: Guest,
  { revision = '', gatewayFault = '' }: PackageOptions = {},
): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-package-'));
  try {
    const released = metadataSchema.parse(JSON.parse(await readFile(at('package.json'), 'utf8')));
    const metadata = { ...released, version: `${released.version}${revision}` };
    const architecture = 'amd64';
    const stage = path.join(directory, 'stage');
    const programs = serverPrograms(architecture);
    const faulty = gatewayFault + (await readFile(at('dist/gateway/main.cjs'), 'utf8'));
    const files = [
      ...programs.map((file) =>
        gatewayFault !== '' && file.to === gatewayProgram ? { to: gatewayProgram, content: faulty } : file,
      ),
      ...(await serverDocuments('deb', metadata.version)),
    ];
    stageFiles(stage, files);
    const file = await buildDeb({ metadata, architecture, stage, files, out: directory });
    await guest.copyIn(directory, [path.basename(file)], '/root');
    await guest.output(`apt-get install -q -y --no-install-recommends /root/${path.basename(file)}`, {
      timeoutMs: installMs,
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}

/**
 * Everything that an installation changes, as text: files with their digests, directories, links, the socket,
 * what is enabled, and how the engine is started.
 */
export function engineFiles(guest: Guest): Promise<string> {
  const places = '/etc/docker /etc/systemd/system /etc/default/docker /usr/lib/systemd/system/docker.*';
  return guest.output(
    `find ${places} -printf '%y %m %u:%g %p %l\\n' 2>/dev/null | sort
find ${places} -type f 2>/dev/null | sort | xargs sha256sum
stat -c '%F %a %U:%G %n' /run/docker.sock
systemctl show -p Environment -p ExecStart -p FragmentPath -p DropInPaths docker.service |
  sed 's/ ; start_time=.*//'
systemctl show --value -p Wants docker.service | tr ' ' '\\n' | sort
systemctl show -p Listen -p SocketMode -p SocketGroup -p DropInPaths docker.socket`,
  );
}

/** A container's state, and when it was started last: equal only if it ran on. */
export const runningSince = (guest: Guest, ...names: readonly string[]): Promise<string> =>
  guest.output(
    `docker inspect --format '{{.Name}} {{.State.Status}} {{.State.StartedAt}}' ${names.join(' ')}`,
  );

/** Sets one setting and applies it. Resolves with the output of `bulkhead apply`. */
export function applySetting(guest: Guest, pointer: string, value: string): Promise<string> {
  return guest.output(`bulkhead settings set ${pointer} ${value} >/dev/null && bulkhead apply --yes`, {
    timeoutMs: 420_000,
  });
}

/** The first line of /proc/self/uid_map: first id inside, on the host, how many. */
export function parseIdMap(text: string): { readonly host: number; readonly count: number } {
  const [, host, count] = /^\s*0\s+(\d+)\s+(\d+)\s*$/m.exec(text) ?? [];
  if (host === undefined || count === undefined) throw new Error(`this is no id map: ${text}`);
  return { host: Number(host), count: Number(count) };
}

/** For every container without isolation: root inside is root of the machine. */
export const wholeMachine = { host: 0, count: 4_294_967_295 };
