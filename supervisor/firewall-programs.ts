import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RootPaths } from '../engine/base/root-paths.ts';
import { findNextProgram } from '../engine/targets/guarded/engine-programs.ts';
import { chainPrefix, firewallPrograms } from '../engine/targets/embedded/firewall.ts';

/**
 * `iptables` as dockerd runs it. DOCKER-USER stays shared: it is the administrator's, and dockerd does not
 * flush it. Chains in a container's network namespace (`DOCKER_OUTPUT`) cannot conflict.
 */
export function firewallProgram(paths: RootPaths, name: (typeof firewallPrograms)[number]): string {
  return `#!/bin/sh
# ${name} as this engine's dockerd runs it: its chains have names that no other dockerd flushes.
${findNextProgram(name)}for word in "$@"; do
  shift
  case $word in
    DOCKER-USER) ;;
    DOCKER|DOCKER-*) word=${chainPrefix(paths)}\${word#DOCKER} ;;
  esac
  set -- "$@" "$word"
done
exec "$next" "$@"
`;
}

/** Writes these programs to the directory at the beginning of dockerd's PATH. */
export async function installFirewallPrograms(paths: RootPaths): Promise<void> {
  for (const name of firewallPrograms) {
    const file = path.join(paths.programs, name);
    await writeFile(file, firewallProgram(paths, name), { mode: 0o755 });
    await chmod(file, 0o755);
  }
}
