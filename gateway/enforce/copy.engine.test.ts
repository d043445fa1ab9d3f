import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMountedGateway, type MountedGateway } from '../../tests/support/mounted-gateway.ts';
import { docker, startBareEngine, type BareEngine } from '../../tests/support/real-engine.ts';
import { socketMount } from '../../tests/support/socket-mounts.ts';

let engine: BareEngine;
let gateway: MountedGateway;
let socket = '';

beforeAll(async () => {
  engine = await startBareEngine({ daemonJson: { runtimes: { bulkhead: { path: '/usr/sbin/runc' } } } });
  gateway = await startMountedGateway(engine, (scratch) => {
    socket = path.join(scratch, 'mounted.sock');
    return [socketMount('a'.repeat(32), socket, { container: { id: 'f'.repeat(64), name: 'holder' } })];
  });
  const shared = path.join(gateway.scratch, 'shared');
  await mkdir(shared);
  await gateway.policy({
    enhancedContainerIsolation: {
      locked: true,
      value: true,
      dockerSocketMount: { imageList: { images: ['docker:cli'] } },
    },
    filesharingAllowedDirectories: [{ path: gateway.scratch }],
  });
  await docker(gateway.clients, 'create', '--name', 'plain', 'busybox', 'true');
  await docker(gateway.clients, 'create', '--name', 'bound', '-v', `${shared}:/shared`, 'busybox', 'true');
});
afterAll(async () => {
  await gateway.close();
  await engine.stop();
});

const copyOutput = (from: string, ...args: string[]): Promise<string> =>
  docker(from, ...args).then(
    () => 'done',
    (error: unknown) => String(error),
  );

// Measured: with a directory and a link changing places all the time, docker cp on a bare engine reads
// through the link sooner or later.
describe('docker cp from a container whose directories another process could replace by a link (A8)', () => {
  it('works for the machine\u2019s users', async () => {
    expect(
      await copyOutput(gateway.clients, 'cp', 'bound:/etc/passwd', path.join(gateway.scratch, 'p1')),
    ).toBe('done');
  });

  it('is refused through a container\u2019s own socket; copies from others are not', async () => {
    // A HEAD request comes first, and refusals of those have no body: the command line shows only the status.
    expect(await copyOutput(socket, 'cp', 'bound:/etc/passwd', path.join(gateway.scratch, 'p2'))).toMatch(
      /Forbidden|enhanced container isolation/,
    );
    expect(await copyOutput(socket, 'cp', 'plain:/etc/passwd', path.join(gateway.scratch, 'p3'))).toBe(
      'done',
    );
  });
});
