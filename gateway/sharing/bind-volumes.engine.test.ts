import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';

let guarded: GuardedEngine;
beforeAll(async () => {
  guarded = await startGuardedEngine();
  await mkdir(at('data', 'below'), { recursive: true });
  await writeFile(at('data', 'file'), 'shared\n');
  await symlink(at('data'), at('link'));
});
afterAll(async () => {
  await guarded.stop();
});

const at = (...parts: string[]) => path.join(guarded.scratch, ...parts);
async function sh(script: string): Promise<string> {
  const { code, stdout, stderr } = await guarded.sh(script);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}
const volume = (name: string, device: string, o = 'bind') =>
  guarded.sh(`docker volume create -o type=none -o o=${o} -o device=${device} ${name}`);

describe('A1, A8: volumes of the local driver that are a directory of the machine', () => {
  it('mount the directory like a bind of it, and are shown as volumes', async () => {
    expect(await volume('dir', at('data'))).toMatchObject({ code: 0 });
    expect(
      await sh('docker run --rm -v dir:/x busybox sh -c "cat /x/file; stat -c %u /x/file; echo w > /x/new"'),
    ).toBe('shared\n0\n');
    expect(
      await sh(
        'docker run --rm --mount type=volume,src=dir,dst=/x,readonly busybox ' +
          'sh -c "cat /x/new; ! touch /x/y"',
      ),
    ).toBe('w\n');
    await sh(
      `docker create --name shown -v ${at('data')}:/b -v dir:/x:ro ` +
        '--mount type=volume,src=dir,dst=/y busybox',
    );
    const [shown] = JSON.parse(await sh('docker inspect shown')) as [Record<string, unknown>];
    expect(shown).toMatchObject({
      HostConfig: {
        // The command line sends them in no order.
        Binds: expect.arrayContaining([`${at('data')}:/b`, 'dir:/x:ro']) as unknown,
        Mounts: [{ Type: 'volume', Source: 'dir', Target: '/y' }],
      },
    });
    expect(shown['Mounts']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ Type: 'volume', Name: 'dir', Destination: '/x', Mode: 'ro', RW: false }),
        expect.objectContaining({ Type: 'volume', Name: 'dir', Destination: '/y', RW: true }),
        expect.objectContaining({ Type: 'bind', Source: at('data'), Destination: '/b' }),
      ]),
    );
    expect(await sh('docker start -a shown && docker rm shown')).toBe('shown\n');
  });

  it('are read-only with o=ro, and in a container that takes them over', async () => {
    expect(await volume('dir-ro', at('data'), 'bind,ro')).toMatchObject({ code: 0 });
    expect(await sh('docker run --rm -v dir-ro:/x busybox sh -c "cat /x/file; ! touch /x/y"')).toBe(
      'shared\n',
    );
    await sh('docker create --name holder -v dir-ro:/x busybox');
    expect(await sh('docker run --rm --volumes-from holder busybox sh -c "cat /x/file; ! touch /x/y"')).toBe(
      'shared\n',
    );
  });

  it('work in a Compose file', async () => {
    await writeFile(
      path.join(guarded.work, 'compose.yaml'),
      [
        'services: {a: {image: busybox, command: cat /x/file, network_mode: none, volumes: ["data:/x"]}}',
        `volumes: {data: {driver: local, driver_opts: {type: none, o: bind, device: "${at('data')}"}}}`,
      ].join('\n'),
    );
    expect(await sh('docker compose -p bound run --rm a; docker compose -p bound down -v')).toBe('shared\n');
  });

  it('are refused as binds of their directory are, and links in the path are resolved', async () => {
    const refused = await volume('etc', '/etc');
    expect(refused.stderr).toMatch(
      /bind mount of \/etc is blocked: .*\bA8\); .*filesharingAllowedDirectories/,
    );
    expect(await volume('linked', at('link'))).toMatchObject({ code: 0 });
    expect(await sh('docker volume inspect linked -f "{{.Options.device}}"')).toBe(`${at('data')}\n`);
    // Made past the gateway.
    await guarded.engine.docker(
      'volume',
      'create',
      '-o',
      'type=none',
      '-o',
      'o=bind',
      '-o',
      'device=/etc',
      'past',
    );
    for (const option of ['-v past:/x', '--mount type=volume,src=past,dst=/x'])
      expect((await guarded.sh(`docker run --rm ${option} busybox true`)).stderr).toMatch(
        /bind mount of \/etc is blocked/,
      );
    for (const [name, options] of [
      ['nfs', '-o type=nfs -o o=addr=192.0.2.1 -o device=:/'],
      ['odd', `-o type=none -o o=bind,suid -o device=${at('data')}`],
    ] as const)
      expect((await guarded.sh(`docker volume create ${options} ${name}`)).stderr).toMatch(
        new RegExp(`volume ${name} of type .* is blocked`),
      );
  });
});
