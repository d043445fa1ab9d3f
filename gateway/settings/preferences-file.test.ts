import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type Gateway } from '../server.ts';
import { groupId } from '../base/socket-file.ts';
import { watchSettings } from './settings-watch.ts';
import { readPreferences } from './preferences-file.ts';

// As root, with the real group: what users of the socket can and can't do to the policy.
let dir: string;
let admin: string;
let file: string;
let gateway: Gateway | null = null;
const reported: string[] = [];
const docker = await groupId('docker');
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'bulkhead-preferences-'));
  chmodSync(dir, 0o711);
  admin = path.join(dir, 'admin-settings.json');
  file = path.join(dir, 'user-settings.json');
  reported.length = 0;
});
afterEach(async () => {
  await gateway?.close(0);
  gateway = null;
  rmSync(dir, { recursive: true, force: true });
});

const write = (document: unknown): void => {
  writeFileSync(`${admin}.new`, JSON.stringify(document));
  renameSync(`${admin}.new`, admin);
};
const policy = (locked: boolean) => ({
  enhancedContainerIsolation: {
    value: true,
    locked,
    dockerSocketMount: { imageList: { images: ['docker:cli'] } },
  },
  blockDockerLoad: { value: true, locked },
});
const watched = () => {
  const watch = watchSettings(admin, () => undefined, { file, gid: docker });
  try {
    return watch.current(true);
  } finally {
    watch.close();
  }
};
async function start(): Promise<Gateway> {
  const created = await startGateway({
    engineSocket: path.join(dir, 'none.sock'),
    listenSocket: path.join(dir, 'docker.sock'),
    settingsFile: admin,
    stateDirectory: dir,
    log: (line) => {
      reported.push(line);
    },
  });
  if (!created.ok) throw new Error(created.error.message);
  gateway = created.value;
  return created.value;
}
/** A shell of a user who is only in the group of the socket. */
const asUser = (script: string, groups = String(docker)) =>
  promisify(execFile)('setpriv', [
    '--reuid=65534',
    '--regid=65534',
    `--groups=${groups}`,
    'sh',
    '-c',
    script,
  ]).then(
    () => true,
    () => false,
  );
const wants = (value: unknown) => `printf '%s' '${JSON.stringify(value)}' > ${file}`;

describe('a preference of the users of an engine', () => {
  it('can be written only by users of the socket, while the setting is unlocked', async () => {
    write(policy(false));
    const created = await start();
    expect([statSync(file).uid, statSync(file).gid, statSync(file).mode & 0o777]).toEqual([0, docker, 0o660]);
    expect(await asUser(wants({ version: 1, by: 'nobody', eci: false }), '65534')).toBe(false);
    expect(await asUser(wants({ version: 1, by: 'nobody', eci: false }))).toBe(true);
    await expect
      .poll(() => created.policy())
      .toMatchObject({
        settings: { eci: { value: false }, blockDockerLoad: { value: true } },
        preference: 'nobody: enhanced container isolation off',
      });
    expect(reported.at(-1)).toContain(
      'isolation off; by preference of nobody: enhanced container isolation off',
    );
  });

  it('counts for nothing once the administrator locks, and cannot be written any more', async () => {
    write(policy(false));
    await start();
    await asUser(wants({ version: 1, eci: false, blockDockerLoad: false }));
    write(policy(true));
    await expect.poll(() => statSync(file).mode & 0o777).toBe(0o640);
    expect(gateway?.policy()).toMatchObject({
      settings: { eci: { value: true, locked: true }, blockDockerLoad: { value: true, locked: true } },
      preference: null,
      preferenceProblem: expect.stringContaining('locked') as string,
    });
    expect(reported.at(-1)).toContain(
      "a user's preference is not in force: /enhancedContainerIsolation/value is locked",
    );
    for (const attempt of [
      wants({ version: 1, eci: false }),
      `rm -f ${file}; ${wants({ version: 1, eci: false })}`,
      `mv ${file} ${file}.old`,
      `ln -sf /tmp ${file}`,
      `chmod 666 ${file}`,
    ])
      expect(await asUser(`${attempt} 2>/dev/null`)).toBe(false);
  });

  it('has no file at a gateway that starts with everything locked', async () => {
    write(policy(true));
    await start();
    expect(lstatSync(file, { throwIfNoEntry: false })).toBeUndefined();
  });

  it.each<[string, () => void]>([
    [
      'a symbolic link',
      () => {
        unlinkSync(file);
        writeFileSync(`${file}.real`, '{"version":1,"eci":false}');
        symlinkSync(`${file}.real`, file);
      },
    ],
    [
      'a second name',
      () => {
        linkSync(file, `${file}.2`);
      },
    ],
    [
      'another owner',
      () => {
        chownSync(file, 65534, 65534);
      },
    ],
    [
      'rights for everybody',
      () => {
        chmodSync(file, 0o666);
      },
    ],
    [
      'a directory',
      () => {
        unlinkSync(file);
        symlinkSync(dir, file);
      },
    ],
    [
      'half of it',
      () => {
        writeFileSync(file, '{"version":1,"eci":fal');
      },
    ],
    [
      'more than preferences',
      () => {
        writeFileSync(file, '{"version":1,"eci":false,"locked":false}');
      },
    ],
  ])('is none where the file has %s, and the gateway reports why', (_what, spoil) => {
    write(policy(false));
    writeFileSync(file, '{"version":1,"eci":false}', { mode: 0o600 });
    expect(watched().settings.eci.value).toBe(false);
    spoil();
    expect(watched()).toMatchObject({
      settings: { eci: { value: true }, blockDockerLoad: { value: true } },
      preference: null,
      preferenceProblem: expect.any(String) as string,
    });
    expect(readPreferences(file).preferences).toBeNull();
  });

  it('lifts no lock-down, and leaves the last good policy as the administrator locked it', () => {
    writeFileSync(file, '{"version":1,"eci":false}', { mode: 0o600 });
    writeFileSync(admin, '{');
    expect(watched().settings).toMatchObject({ eci: { value: true, locked: true }, socket: { images: [] } });
    write(policy(true));
    const watch = watchSettings(admin, () => undefined, { file, gid: docker });
    writeFileSync(admin, '{');
    expect(watch.current(true)).toMatchObject({
      settings: { eci: { value: true, locked: true } },
      problem: expect.any(String) as string,
    });
    watch.close();
  });

  it('of isolation on is not followed where the administrator has it off: the engine needs a restart', () => {
    write({ enhancedContainerIsolation: { value: false } });
    writeFileSync(file, '{"version":1,"eci":true}', { mode: 0o600 });
    expect(watched()).toMatchObject({
      settings: { eci: { value: false } },
      preference: null,
      preferenceProblem: expect.stringContaining('by the administrator only') as string,
    });
  });
});
