import { describe, expect, it } from 'vitest';
import { chosenIds, idsInside, sharingUserLabel } from './ids-inside.ts';

const user = { uid: 1000, gid: 100 };
const root = { uid: 0, gid: 0 };
const inside = (process: { uid?: number; gid?: number; env?: string[] }, of = user) =>
  idsInside(of, { uid: 0, gid: 0, env: [], ...process }, null);

describe('A8: whom the sharing user is inside, without a label', () => {
  it('root, also where the container runs as somebody else', () => {
    expect(inside({})).toEqual(root);
    expect(inside({ uid: 33, gid: 33 })).toEqual(root);
    expect(inside({ uid: 1001, gid: 1001, env: ['PATH=/bin'] })).toEqual(root);
  });

  it("the container's user and group, each where it has the number of the sharing user", () => {
    expect(inside({ uid: 1000, gid: 100 })).toEqual({ uid: 1000, gid: 100 });
    expect(inside({ uid: 1000 })).toEqual({ uid: 1000, gid: 0 });
    expect(inside({ gid: 100 })).toEqual({ uid: 0, gid: 100 });
  });

  it.each([
    'LOCAL_UID=1000',
    'PUID=1000',
    'UID=1000',
    'HOST_UID=1000',
    'NB_UID=1000',
    'LOCAL_USER_ID=1000',
    'USERID=1000',
    'puid=1000',
  ])(
    'the user with the number of the sharing user where it starts as root and is told that by %s',
    (variable) => {
      expect(inside({ env: ['PATH=/bin', variable, 'A=1'] })).toEqual(user);
      expect(inside({ uid: 33, gid: 33, env: [variable] })).toEqual(root);
    },
  );

  it.each([
    'LOCAL_UID=1001',
    'PUID=',
    'PUID=01000',
    'PUID=1000\n',
    'PUID=1000 ',
    'LIMIT=1000',
    'UIDS=1000',
    'A=PUID=1000',
    'PGID=1000',
    'PUID',
  ])('root where a variable says something else: %j', (variable) => {
    expect(inside({ env: [variable] })).toEqual(root);
  });

  it('root where containers have no such number', () => {
    const remote = { uid: 1_200_000, gid: 100 };
    expect(inside({ env: ['PUID=1200000'] }, remote)).toEqual(root);
    expect(inside({ uid: 1_200_000 }, remote)).toEqual(root);
    expect(inside({ env: ['PUID=1000'] }, { uid: 1000, gid: 1_200_000 })).toEqual({ uid: 1000, gid: 0 });
  });
});

describe('A8: whom the sharing user is inside, by labels', () => {
  const chosen = (value: string, of = user) => chosenIds({ [sharingUserLabel]: value }, of);

  it.each([
    ['root', root],
    ['own', user],
    ['33', { uid: 33, gid: 0 }],
    ['1000:1000', { uid: 1000, gid: 1000 }],
    ['65535:65535', { uid: 65_535, gid: 65_535 }],
    ['0:0', root],
  ])('%s', (value, ids) => {
    expect(chosen(value)).toEqual(ids);
    expect(idsInside(user, { uid: 1000, gid: 100, env: ['PUID=1000'] }, ids)).toEqual(ids);
  });

  it.each(['', 'Own', 'user', '65536', '1:65536', '-1', '1:', ':1', '1:2:3', '1.5', '0x10', ' 1', '999999'])(
    'are not understood: "%s"',
    (value) => {
      expect(chosen(value)).toBe('unknown');
    },
  );

  it('own is root where containers have no such number', () => {
    expect(chosen('own', { uid: 1_200_000, gid: 100 })).toEqual(root);
  });

  const devContainer = (metadata: unknown, more: Record<string, string> = {}) =>
    chosenIds(
      {
        'devcontainer.local_folder': '/home/u/project',
        'devcontainer.metadata': typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
        ...more,
      },
      user,
    );

  it('of a dev container: the sharing user, where its tools work as another user than root', () => {
    expect(devContainer([{ id: 'x', remoteUser: 'root' }, { remoteUser: 'vscode' }, { id: 'y' }])).toEqual(
      user,
    );
    expect(devContainer({ remoteUser: '1000' })).toEqual(user);
    for (const metadata of [
      [],
      [{ remoteUser: 'vscode' }, { remoteUser: 'root' }],
      { remoteUser: '0' },
      { remoteUser: '' },
      { remoteUser: 5 },
      { containerUser: 'vscode' },
      null,
      '{',
      '',
    ])
      expect(devContainer(metadata), JSON.stringify(metadata)).toBeNull();
    expect(devContainer({ remoteUser: 'vscode' }, { [sharingUserLabel]: 'root' })).toEqual(root);
    // An image for dev containers that is run otherwise.
    expect(chosenIds({ 'devcontainer.metadata': '{"remoteUser":"vscode"}' }, user)).toBeNull();
  });

  it('choose nothing without one of these', () => {
    expect(chosenIds({ a: 'own', 'io.bulkhead.socket-mount': 'x' }, user)).toBeNull();
  });
});
