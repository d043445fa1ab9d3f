import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';

// dockerd makes a missing source of `Binds` at every start of a container: as root, and following links.

let guarded: GuardedEngine;
beforeAll(async () => {
  guarded = await startGuardedEngine();
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
/** The engine's response to a create request. */
async function create(
  host: object,
  name = '',
  command = ['true'],
  version = 'v1.45',
): Promise<Record<string, unknown>> {
  const body = JSON.stringify({
    Image: 'busybox',
    Cmd: command,
    HostConfig: { NetworkMode: 'none', ...host },
  });
  const target = `http://d/${version}/containers/create${name === '' ? '' : `?name=${name}`}`;
  return JSON.parse(
    await sh(
      `curl -s --unix-socket ${guarded.socket} -H 'Content-Type: application/json' -d '${body}' '${target}'`,
    ),
  );
}
/** Ends a container's first process, as a crash would: the engine's restart policy acts. */
async function crash(name: string): Promise<void> {
  process.kill(Number(await sh(`docker inspect -f '{{.State.Pid}}' ${name}`)), 'SIGKILL');
}
/** Puts a link to `outside` in the place of the source's directory, without the source there. */
async function exchange(directory: string, outside: string): Promise<void> {
  await mkdir(outside);
  await rename(directory, `${directory}.before`);
  await symlink(outside, directory);
}

describe('the engine creates no directory for a bind', () => {
  it.each([
    ['a bind', (source: string) => ({ Binds: [`${source}:/s`] })],
    [
      'a mount whose source is to be made',
      (source: string) => ({
        Mounts: [{ Type: 'bind', Source: source, Target: '/s', BindOptions: { CreateMountpoint: true } }],
      }),
    ],
  ])(
    'at an automatic restart, where a link stands in the place of what was shared: %s',
    async (kind, mounts) => {
      const name = kind.split(' ')[1] ?? '';
      const [directory, outside] = [at(name), at(`outside-${name}`)];
      await create({ ...mounts(path.join(directory, 'source')), RestartPolicy: { Name: 'always' } }, name, [
        'sleep',
        '1000',
      ]);
      await sh(`docker start ${name}`);
      await exchange(directory, outside);
      await crash(name);
      // It can't start again.
      await expect.poll(() => sh(`docker inspect -f '{{.State.Error}}' ${name}`)).toMatch(/\S/);
      expect(await readdir(outside)).toEqual([]);
      await sh(`docker rm -f ${name}`);
    },
  );

  it('for a container that takes over the mounts of another', async () => {
    const [directory, outside] = [at('from'), at('outside-from')];
    await mkdir(path.join(directory, 'source'), { recursive: true });
    await sh(`docker create --name holder -v ${directory}/source:/s:ro busybox true`);
    await sh(
      'docker run -d --name taker --restart always --network none --volumes-from holder busybox sleep 1000',
    );
    expect(await sh('docker exec taker sh -c "touch /s/x 2>&1; true"')).toContain('Read-only');
    await exchange(directory, outside);
    await crash('taker');
    await expect.poll(() => sh('docker inspect -f "{{.State.Error}}" taker')).toMatch(/\S/);
    expect(await readdir(outside)).toEqual([]);
    await sh('docker rm -f holder taker');
  });

  it('the gateway creates sources, as the requesting user, at a create and at a start', async () => {
    await sh('docker create --name made -v $W/made/deep:/s busybox touch /s/x');
    expect(await readdir(path.join(guarded.work, 'made'))).toEqual(['deep']);
    await rm(path.join(guarded.work, 'made'), { recursive: true });
    await sh('docker start -a made');
    expect(await readdir(path.join(guarded.work, 'made/deep'))).toEqual(['x']);
    await sh('docker rm made');
  });
});

describe('A1: an inspect shows the binds that the client sent', () => {
  it('with their options and places, through every API version, and none of ours', async () => {
    await mkdir(path.join(guarded.work, 'one'), { recursive: true });
    const source = path.join(guarded.work, 'one');
    const binds = [`${source}:/b:ro,z`, 'vol:/v', `${source}:/a`, `${source}:/c/:rw,cached`];
    expect(await create({ Binds: binds }, 'seen')).toMatchObject({ Id: expect.any(String) });
    const inspected = (version: string) =>
      sh(`curl -sf --unix-socket ${guarded.socket} http://d/${version}/containers/seen/json`);
    for (const version of ['v1.24', 'v1.43', 'v1.45']) {
      const text = await inspected(version);
      expect(text).not.toContain('bulkhead-bind');
      const {
        HostConfig: host,
        Mounts: mounts,
      }: {
        HostConfig: { Binds: string[]; Mounts?: unknown };
        Mounts: { Destination: string; Mode: string; RW: boolean }[];
      } = JSON.parse(text);
      expect(host.Binds).toEqual(binds);
      expect(host.Mounts).toBeUndefined();
      expect(
        mounts.map(({ Destination, Mode, RW }) => `${Destination} ${Mode} ${String(RW)}`).sort(),
      ).toEqual(['/a  true', '/b ro,z false', '/c rw,cached true', '/v z true']);
    }
    await sh('docker rm seen; docker volume rm vol');
  });

  it('with mounts as they were sent', async () => {
    const source = path.join(guarded.work, 'three');
    const made = {
      Type: 'bind',
      Source: source,
      Target: '/m',
      BindOptions: { CreateMountpoint: true, Propagation: 'rslave' },
    };
    await create({ Binds: [`${source}:/b`], Mounts: [made] }, 'mounted');
    const { HostConfig: host } = JSON.parse(await sh('docker inspect -f "{{json .}}" mounted'));
    expect(host.Mounts).toEqual([made]);
    expect(host.Binds).toEqual([`${source}:/b`]);
    await sh('docker rm mounted');
  });

  it('the engine refuses mounts that it refuses as binds', async () => {
    await mkdir(path.join(guarded.work, 'two'), { recursive: true });
    const two = path.join(guarded.work, 'two');
    const mount = { Type: 'bind', Source: two, Target: '/s' };
    const refused = async (host: object, version = 'v1.45') =>
      String((await create(host, '', ['true'], version))['message']);
    expect(await refused({ Binds: [`${two}:/s:ro,rw`] })).toContain('invalid mode');
    expect(await refused({ Binds: [`${two}:/s:nocopy`] })).toMatch(/invalid|must not/);
    expect(await refused({ Binds: [`${two}:/s`, `${two}:/s`] })).toContain('Duplicate mount point');
    expect(await refused({ Binds: [`${two}:/s`], Mounts: [mount] })).toContain('Duplicate mount point');
    expect(await refused({ Binds: [`${two}:/s:rro`] }, 'v1.43')).toContain('1.44');
    expect(await create({ Binds: [`${two}:/s:rro`] })).toHaveProperty('Id');
    expect(await refused({ Mounts: [{ ...mount, Consistency: 'bulkhead-bind:0:/etc:/s' }] })).toContain(
      'consistency',
    );
  });
});
