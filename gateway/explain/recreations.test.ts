import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { RequestedRecreation } from '../../shared/containers/recreate-policy.ts';
import { effectiveSettings } from '../../shared/settings/index.ts';
import { serveAbsentEngine } from './unreachable-engine.ts';
import { refusedRecreations } from './recreations.ts';

let directory: string;
let engine: Awaited<ReturnType<typeof serveAbsentEngine>>;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-recreations-'));
  engine = await serveAbsentEngine(path.join(directory, 'engine.sock'));
});
afterAll(async () => {
  await engine.close();
  await rm(directory, { recursive: true, force: true });
});

const me = { uid: userInfo().uid, gid: userInfo().gid };
const one = (host: object, more: Partial<RequestedRecreation> = {}): RequestedRecreation => ({
  id: 'a'.repeat(64),
  name: 'one',
  user: me,
  body: { Image: 'busybox', Cmd: ['true'], HostConfig: { Runtime: 'bulkhead', ...host } },
  connected: [],
  ...more,
});
async function refusals(settings: object, ...requested: RequestedRecreation[]) {
  const read = effectiveSettings(
    JSON.stringify({
      configurationFileVersion: 2,
      enhancedContainerIsolation: { locked: true, value: true },
      ...settings,
    }),
    { exists: true },
  );
  if (!read.ok) throw new Error(read.error.reason);
  const at = (name: string) => path.join(directory, name);
  const found = await refusedRecreations({
    settings: read.value,
    requested,
    paths: {
      root: at('root'),
      directories: [at('root'), at('data'), at('run')],
      engineSocket: at('engine.sock'),
      clientSocket: at('docker.sock'),
    },
  });
  return requested.map(({ id }) => found.get(id) ?? []);
}
/** Their rules. */
const refused = async (...input: Parameters<typeof refusals>) =>
  (await refusals(...input)).map((each) => each.map(({ rule }) => rule));

describe('what the gateway will refuse of a recreation (D)', () => {
  test('A8: a directory that these settings do not share; one that they share is none', async () => {
    expect(await refused({}, one({ Binds: ['/etc:/e'] }))).toEqual([['bind-not-shared']]);
    expect(
      await refused(
        { filesharingAllowedDirectories: [{ path: '/etc', sharedByDefault: true }] },
        one({ Binds: ['/etc:/e'] }),
      ),
    ).toEqual([[]]);
  });
  test('every reason is reported, each naming its setting', async () => {
    expect(
      await refused(
        {},
        one({
          CapAdd: ['SYS_ADMIN'],
          Binds: ['/etc:/e', `${homedir()}:/h:rshared`],
          Devices: [{ PathOnHost: '/dev/kmsg', PathInContainer: '/dev/kmsg', CgroupPermissions: 'rwm' }],
          DeviceCgroupRules: ['c 1:3 rwm'],
        }),
      ),
    ).toEqual(
      [['bind-not-shared', 'bind-propagation', 'host-device', 'host-device']].map((rules) =>
        expect.arrayContaining([...new Set(rules)]),
      ),
    );
  });
  test('A5: a device that these settings do not list, for whose container it is', async () => {
    const devices = {
      Devices: [{ PathOnHost: '/dev/tty', PathInContainer: '/dev/x', CgroupPermissions: 'r' }],
    };
    const listed = (...users: string[]) => ({ bulkhead: { devices: [{ device: '/dev/tty', users }] } });
    expect(await refused({}, one(devices))).toEqual([['host-device']]);
    expect(await refused(listed(String(me.uid)), one(devices))).toEqual([[]]);
    expect(await refused(listed(String(me.uid + 1)), one(devices))).toEqual([['host-device']]);
    expect(await refusals({}, one(devices))).toMatchObject([[{ setting: '/bulkhead/devices' }]]);
  });
  test('A8: $HOME is the home of the user who requests the new one', async () => {
    expect(await refused({}, one({ Binds: [`${homedir()}:/h`] }))).toEqual([[]]);
    // Root alone knows who that will be.
    if (me.uid === 0)
      expect(
        await refused({}, one({ Binds: [`${homedir()}:/h`] }, { user: { uid: 65534, gid: 65534 } })),
      ).toEqual([['bind-not-shared']]);
  });
  test('A7: a network it is connected to afterwards counts as well', async () => {
    expect(
      await refused({}, one({}, { connected: [{ name: 'back', endpoint: { Aliases: ['b'] } }] })),
    ).toEqual([[]]);
    expect(
      await refused({}, one({}, { connected: [{ name: 'back', endpoint: { Unheard: true } }] })),
    ).toEqual([['unmodelled-field']]);
  });
  test('reports as refused only what the caller can know: not binds from a home if not root', async () => {
    const getuid = vi.spyOn(process, 'getuid').mockReturnValue(65534);
    const nobody = { user: { uid: 65534, gid: 65534 } };
    try {
      expect(await refused({}, one({ Binds: ['/home/bob/x:/h'] }, nobody))).toEqual([[]]);
      expect(await refused({}, one({ Binds: ['/etc:/e'] }, nobody))).toEqual([['bind-not-shared']]);
      expect(
        await refused(
          { filesharingAllowedDirectories: [{ path: '/srv', sharedByDefault: true }] },
          one({ Binds: ['/home/bob/x:/h'] }, nobody),
        ),
      ).toEqual([['bind-not-shared']]);
    } finally {
      getuid.mockRestore();
    }
  });
  test('a path that only root can examine is not reported as refused, whatever its name is', async () => {
    const closed = path.join(directory, 'closed');
    await mkdir(closed, { mode: 0o700 });
    await Promise.all([chmod(directory, 0o711), chmod(path.join(directory, 'engine.sock'), 0o666)]);
    if (me.uid === 0) process.seteuid?.(65534);
    else await chmod(closed, 0);
    const getuid = vi.spyOn(process, 'getuid').mockReturnValue(65534);
    try {
      expect(
        await refused(
          {},
          one({ Binds: [`${closed}/x:/x`] }),
          one({ Binds: ['/etc/hostname/(EACCES):/x'] }, { id: 'b'.repeat(64) }),
        ),
      ).toEqual([[], ['bind-unresolvable']]);
    } finally {
      getuid.mockRestore();
      if (me.uid === 0) process.seteuid?.(0);
      await chmod(closed, 0o700);
    }
  });
  test('nothing is refused with ECI off, in audit mode, or where nothing is requested', async () => {
    expect(
      await refused(
        { enhancedContainerIsolation: { locked: true, value: false } },
        one({ Binds: ['/etc:/e'] }),
      ),
    ).toEqual([[]]);
    expect(await refused({ bulkhead: { mode: 'audit' } }, one({ Binds: ['/etc:/e'] }))).toEqual([[]]);
    expect(await refused({})).toEqual([]);
  });
});
