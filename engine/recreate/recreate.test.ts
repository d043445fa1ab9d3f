import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { retainedName, originalName } from '../../shared/policy/retained-name.ts';
import { writeSharingRecord } from '../../shared/isolation/sharing-user.ts';
import { rootPaths } from '../base/root-paths.ts';
import { effectiveCaller, recordedUser, invokingUser, findUser } from '../base/docker-client-as.ts';
import { commitReference } from './new-recreate-journal.ts';
import { readable } from './recreate-wait.ts';
import { requires } from '../../tests/support/requires.ts';

describe('names', () => {
  test('the old one gets a name that is not in use', () => {
    expect(retainedName('web', new Set(['web']))).toBe('web-before-eci');
    expect(retainedName('web', new Set(['web-before-eci', 'web-before-eci-2']))).toBe('web-before-eci-3');
    expect(
      ['web-before-eci', 'web-before-eci-3', 'web', '-before-eci', 'a-before-eci-b'].map(originalName),
    ).toEqual(['web', 'web', null, null, null]);
  });
  test("a commit's tag is valid for an image, however long the container's name", () => {
    const reference = commitReference('n'.repeat(300), new Date('2026-11-24T22:33:44.555Z'));
    expect(reference).toBe(`bulkhead/recreated:${'n'.repeat(100)}-20261124T223344`);
    expect(reference.split(':')[1]).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/);
  });
});

describe('the last log lines of a container', () => {
  const frame = (stream: number, text: string) =>
    Buffer.concat([Buffer.from([stream, 0, 0, 0, 0, 0, 0, Buffer.byteLength(text)]), Buffer.from(text)]);
  test('are extracted from frames, and unchanged if it has a terminal', () => {
    expect(readable(Buffer.concat([frame(1, 'out\n'), frame(2, 'wörse\n')]))).toBe('out\nwörse');
    expect(readable(Buffer.from('plain\r\n'))).toBe('plain');
    expect(readable(Buffer.alloc(0))).toBe('');
  });
});

describe('the requesting user (A8)', () => {
  test('is the user behind sudo or pkexec', () => {
    expect([
      invokingUser({ SUDO_UID: '1000' }),
      invokingUser({ PKEXEC_UID: '1001' }),
      invokingUser({}),
    ]).toEqual(['1000', '1001', null]);
  });
  test.runIf(requires('root'))(
    'is the user named by an option, else the one of sudo or pkexec, by number without an account',
    async () => {
      for (const name of ['SUDO_UID', 'PKEXEC_UID']) vi.stubEnv(name, undefined);
      try {
        expect(await effectiveCaller()).toMatchObject({ uid: 0, name: 'root' });
        vi.stubEnv('PKEXEC_UID', '65534');
        expect(await effectiveCaller()).toMatchObject({ uid: 65534, name: 'nobody' });
        expect(await effectiveCaller('54321')).toEqual({ uid: 54321, gid: 54321, name: '54321' });
      } finally {
        vi.unstubAllEnvs();
      }
    },
  );
  test('is the creator of the old container, if that was recorded', async () => {
    const paths = rootPaths(await mkdtemp(path.join(tmpdir(), 'bulkhead-recorded-')));
    try {
      await mkdir(paths.sharing);
      await writeFile(path.join(paths.sharing, 'old.json'), writeSharingRecord({ uid: 65534, gid: 12 }));
      await writeFile(
        path.join(paths.sharing, 'odd.json'),
        writeSharingRecord({ uid: 3_999_999_999, gid: 12 }),
      );
      expect(await recordedUser(paths, 'old')).toEqual({ name: 'nobody', uid: 65534, gid: 12 });
      expect(await recordedUser(paths, 'odd')).toEqual({ name: '3999999999', uid: 3_999_999_999, gid: 12 });
      expect(await recordedUser(paths, 'unknown')).toBeNull();
    } finally {
      await rm(paths.root, { recursive: true });
    }
  });
  test('is one of this machine, by name or number, and never an option of getent', async () => {
    expect(await findUser('0')).toEqual({
      ok: true,
      value: { name: 'root', uid: 0, gid: 0, home: '/root' },
    });
    expect(await findUser('root')).toEqual(await findUser('0'));
    for (const bad of ['--help', 'a b', '', 'nobody-is-called-so'])
      expect(await findUser(bad)).toMatchObject({ ok: false, error: { code: 'input.unusable' } });
  });
});
