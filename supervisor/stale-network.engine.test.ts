import { access, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { embeddedEngine, type EmbeddedEngine } from '../tests/support/embedded-engine.ts';
import { chainPrefix } from '../engine/targets/embedded/firewall.ts';
import { bridgeName } from '../engine/targets/embedded/engine-bridges.ts';

let engine: EmbeddedEngine;
let directory: string;
beforeEach(async () => {
  engine = await embeddedEngine();
  directory = await mkdtemp('/tmp/bh-iptables-');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await engine.dispose();
  await rm(directory, { recursive: true, force: true });
});

/**
 * An `iptables` that fails once while dockerd restores its default bridge, as it does when another program
 * flushes the chain at that moment.
 */
async function disturbedFirewall(): Promise<string> {
  const flag = path.join(directory, 'fail-once');
  await writeFile(flag, '');
  await writeFile(
    path.join(directory, 'iptables'),
    `#!/bin/sh
case "$*" in *'-I ${chainPrefix(engine.paths)} -i ${bridgeName(engine.paths)} '*)
  if rm '${flag}' 2>/dev/null; then echo 'No chain/target/match by that name.' >&2; exit 1; fi
esac
PATH='${process.env['PATH'] ?? ''}' exec iptables "$@"
`,
  );
  await chmod(path.join(directory, 'iptables'), 0o755);
  vi.stubEnv('PATH', `${directory}:${process.env['PATH'] ?? ''}`);
  return flag;
}

it('a stale record of the default bridge does not prevent starts; user-defined networks stay', async () => {
  await engine.start();
  await engine.docker('network', 'create', 'mine');
  const networkId = (await engine.docker('network', 'inspect', 'mine', '-f', '{{.Id}}')).trim();
  await engine.driver.stop();
  const flag = await disturbedFirewall();
  await engine.start();
  await expect(access(flag)).rejects.toThrow('ENOENT');

  expect(await engine.driver.restart()).toMatchObject({ ok: true, value: { phase: 'ready' } });
  expect(await readFile(path.join(engine.paths.logs, 'supervisor.log'), 'utf8')).toContain(
    'stale record of bridge',
  );
  expect((await engine.docker('network', 'inspect', 'mine', '-f', '{{.Id}}')).trim()).toBe(networkId);
  await engine.busybox();
  expect(await engine.docker('run', '--rm', 'busybox', 'ip', 'addr')).toContain('eth0');
});
