import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { rootPaths, systemRoot } from '../../base/root-paths.ts';
import { isDropIn, unitFiles } from './units.ts';

const files = unitFiles({
  paths: rootPaths(systemRoot),
  bulkheadCommand: '/usr/lib/bulk head/$x/%i/bulkhead',
  group: 'docker',
  lxcfs: true,
});
const textOf = (name: string): string => files.find((file) => file.path.endsWith(name))?.text ?? '';

describe('the units that put the gateway in front of docker.service', () => {
  it("A1 systemd keeps the clients' socket, for the group that may use it", () => {
    for (const line of [
      'ListenStream=/run/docker.sock',
      'SocketMode=0660',
      'SocketUser=root',
      'SocketGroup=docker',
      'FileDescriptorName=clients',
    ])
      expect(textOf('bulkhead-gateway.socket').split('\n')).toContain(line);
    // Otherwise it would close the socket whenever the gateway restarts: another inode, and a moment without
    // a socket.
    expect(textOf('bulkhead-gateway.socket')).not.toMatch(/^(?:PartOf|BindsTo)=/m);
  });

  it("A1 systemd keeps containers' own sockets, also while the gateway is stopped", () => {
    expect(textOf('bulkhead-gateway.service')).toMatch(/^FileDescriptorStorePreserve=yes$/m);
  });

  it("the engine's own socket is accessible only to root", () => {
    expect(textOf('docker.socket.d/50-bulkhead.conf')).toMatch(
      /ListenStream=\nListenStream=\/run\/bulkhead\/engine\.sock\nSocketMode=0600\nSocketUser=root/,
    );
  });

  it('the engine never requires the planner: killing that would restart the engine', () => {
    const dropIn = textOf('docker.service.d/50-bulkhead.conf');
    expect(dropIn).toMatch(/^Wants=bulkhead-planner\.service bulkhead-gateway\.service/m);
    expect(dropIn).not.toMatch(/^(?:Requires|BindsTo)=/m);
  });

  it("the engine's builder always has our runtime, and the engine no identity of root's", () => {
    const dropIn = textOf('docker.service.d/50-bulkhead.conf');
    expect(dropIn).toContain(
      'Environment="DOCKER_BUILDKIT_RUNC_COMMAND=/var/lib/bulkhead/system/runtime/bulkhead-runc"',
    );
    expect(dropIn).toContain('Environment="HOME=/var/lib/bulkhead/system/home"');
    expect(dropIn).toContain('DevicePolicy=closed');
  });

  it('commands are quoted, specifiers and variables escaped', () => {
    expect(textOf('bulkhead-planner.service')).toContain(
      'ExecStart="/usr/lib/bulk head/$$x/%%i/bulkhead" "planner" "--root" "/var/lib/bulkhead/system"',
    );
  });

  it('only drop-ins change the configuration with which the engine is started', () => {
    expect(files.filter(isDropIn).map((file) => path.basename(path.dirname(file.path)))).toEqual([
      'docker.socket.d',
      'docker.service.d',
    ]);
  });

  it('an lxcfs that hangs is killed by its script, and restarted', () => {
    expect(textOf('serve-lxcfs')).toMatch(
      /^#!\/bin\/sh\n.*\nlxcfs=\$\$\n[^]*\n {2}sleep 60\n[^]*\n} &\nset -eu\n[^]*^exec /m,
    );
    expect(textOf('bulkhead-lxcfs.service')).toContain('Restart=always');
  });

  it('without lxcfs there is no unit for it, and no unit waits for it', () => {
    const without = unitFiles({
      paths: rootPaths(systemRoot),
      bulkheadCommand: '/usr/bin/bulkhead',
      group: 'docker',
      lxcfs: false,
    });
    expect(without.some(({ path: file, text }) => file.includes('lxcfs') || text.includes('lxcfs'))).toBe(
      false,
    );
  });
});
