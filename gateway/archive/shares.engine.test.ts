import { chmod, chown, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eciOn, startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';

/** Who shares: somebody who may use the socket and is not root. */
const user = 1234;
let engine: GuardedEngine;
const asUser = (script: string) =>
  engine.sh(
    `exec setpriv --reuid ${user} --regid ${user} --clear-groups sh -c '${script.replaceAll("'", "'\\''")}'`,
  );

async function start(containerdSnapshotter: boolean): Promise<void> {
  engine = await startGuardedEngine({ containerdSnapshotter });
  await chmod(engine.socket, 0o666);
  await chmod(engine.scratch, 0o755);
  const home = path.join(engine.work, 'home');
  await mkdir(home, { mode: 0o755 });
  await chown(home, user, user);
  await chmod(engine.work, 0o755);
  // Beside the user's own files others' in the same share: root's, and one that everybody may write in.
  await engine.sh(
    'cd home; mkdir roots open; chmod 700 roots; chmod 1777 open; echo secret > roots/secret; ' +
      'echo secret > secret; chmod 600 secret; echo roots > open/roots; echo readable > readable',
  );
  const { code, stderr } = await asUser(
    'cd home; docker run -d --name up -v $W/home:/home busybox sleep 10000 && docker create --name ' +
      'down -v $W/home:/home busybox true',
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

describe.each(['overlay2', 'containerd'])(
  'docker cp in a directory that a user shares (A8), with the store of %s',
  (store) => {
    beforeAll(() => start(store === 'containerd'));
    afterAll(async () => {
      await engine?.stop();
    });

    it('by root maps container root to the sharing user, and other ids to subordinate ids', async () => {
      await asUser(`cd home; mkdir t; echo a > t/a`);
      const { stdout, stderr } =
        await engine.sh(`cd home; tar -c --owner=:0 --group=:0 t | docker cp - up:/home/ &&
        tar -c --owner=:5 --group=:6 --transform s,t/a,t/five, t/a | docker cp - up:/home/
      docker exec up stat -c "%n %u %g" /home/t /home/t/a /home/t/five; stat -c "%n %u %g" t t/a
      test $(stat -c %u t/five) -gt 65536 && echo subordinate
      docker cp up:/home/t - | tar -tv --numeric-owner | awk '{print $2, $6}' | sort`);
      expect(`${stdout}${stderr}`).toBe(
        `/home/t 0 0\n/home/t/a 0 0\n/home/t/five 5 6\nt ${user} ${user}\nt/a ${user} ${user}\n` +
          'subordinate\n0/0 t/\n0/0 t/a\n5/6 t/five\n',
      );
    });

    // Each of these makes the user root, or shows what is not theirs, when the engine does it as root.
    const refused: readonly (readonly [string, string, string])[] = [
      [
        'a setuid program of root\u2019s, into a container that is not running',
        'cp /bin/true su; chmod 4755 su; tar -c --owner=:0 --group=:0 su | docker cp - down:/home/',
        'test ! -e home/su',
      ],
      [
        'a device',
        'tar -c -f - --transform s,dev/,, /dev/null 2> /dev/null | docker cp - up:/home/',
        'test ! -e home/null',
      ],
      [
        'a file in a directory of root\u2019s',
        'echo x > x; docker cp -q x up:/home/roots/',
        'test ! -e home/roots/x',
      ],
      [
        'in place of a file of root\u2019s in a directory that is everybody\u2019s',
        'echo x > x1; tar -c --transform s,x1,roots, x1 | docker cp - up:/home/open',
        'grep -q roots home/open/roots',
      ],
      [
        'a directory over one of root\u2019s',
        'mkdir d; chmod 777 d; tar -c --transform s,d,roots, d | docker cp - up:/home',
        'test $(stat -c %u%a home/roots) = 0700',
      ],
      [
        'a hard link to a file of root\u2019s',
        'mkdir h; echo 1 > h/secret; ln h/secret h/mine; (cd h; tar -c secret mine --exclude nothing | ' +
          'head -c 1024 > /dev/null); printf "" > empty; tar -c --transform s,h/,, ' +
          'h/secret h/mine > both.tar; tar --delete -f both.tar secret; docker cp - up:/home < both.tar',
        'test $(stat -c %u home/secret) = 0',
      ],
      ['out of a directory of root\u2019s', 'docker cp up:/home/roots/secret - | grep -a secret', 'true'],
      ['of a file of root\u2019s', 'docker cp up:/home/secret - | grep -a secret', 'true'],
      [
        'of a file of root\u2019s, with the directory',
        'docker cp up:/home - | tar -x -O home/secret',
        'true',
      ],
      [
        'of a file of root\u2019s, from a container that is not running',
        'docker cp down:/home/secret - | grep -a secret',
        'true',
      ],
      [
        'through a link in the container',
        'docker exec up ln -s /home /tmp/link; echo x > x2; docker cp -q x2 up:/tmp/link/roots/',
        'test ! -e home/roots/x2',
      ],
    ];
    for (const mode of ['enforce', 'audit'] as const)
      for (const [what, attack, held] of refused) {
        it(`does not copy ${what}, with a policy to ${mode}`, async () => {
          if (mode === 'audit')
            await engine.gateway.settings({ ...eciOn(engine.scratch), bulkhead: { mode: 'audit' } });
          const tried = await asUser(`cd home; mkdir -p own; cd own; ${attack}`);
          const after = await engine.sh(held);
          expect({ ...after, tried: tried.stdout }).toEqual({ code: 0, stdout: '', stderr: '', tried: '' });
          if (!what.startsWith('of ')) expect(tried.stderr).toMatch(/enhanced container isolation: .*\bA8\)/);
        });
      }

    it('does not disclose a directory that the sharing user has no access to', async () => {
      await engine.sh(`cd home; ln -sfn told roots/link`);
      const statRequest = (file: string) =>
        `curl -sI --unix-socket ${engine.socket} ` +
        `"http://d/containers/${file.replace(':', '/archive?path=')}" | tr -d "\\r" | ` +
        'grep -Eci "^HTTP/1.1 200|^X-Docker-Container-Path-Stat"';
      const closed = [
        'up:/home/roots/secret',
        'up:/home/roots/link',
        'up:/home/roots/none',
        'down:/home/roots/link',
      ];
      const open = [
        'up:/home/readable',
        'up:/home/secret',
        'up:/home/roots',
        'down:/home/open/roots',
        'up:/bin',
      ];
      const { stdout } = await asUser([...closed, ...open].map(statRequest).join('; '));
      expect(stdout.trim().split('\n')).toEqual([...closed.map(() => '0'), ...open.map(() => '2')]);
    });

    it('of root\u2019s still works', async () => {
      const { stdout, stderr } = await engine.sh(
        'cd home; docker cp up:/home/readable - | tar -x -O; echo o > o; docker cp -q o up:/home/open/ ' +
          '&& cat open/o; docker cp -q o up:/tmp/ && docker exec up cat /tmp/o; ' +
          'docker cp -q o down:/tmp/ && docker cp down:/tmp/o - | tar -x -O',
      );
      expect(`${stdout}${stderr}`).toBe('readable\no\no\no\n');
    });

    it('out, of the user\u2019s, still works for files that the user can read', async () => {
      const { stdout, stderr } = await asUser(
        'cd home; docker exec up sh -c "echo five > /home/p && chown 5:6 /home/p && chmod 600 /home/p; ' +
          'echo o > /tmp/p; chmod 600 /tmp/p"; for f in up:/home/p up:/home/readable up:/tmp/p ' +
          'down:/home/readable down:/etc/passwd; do docker cp $f - | tar -x -O | head -n 1; done',
      );
      expect(`${stdout}${stderr}`).toMatch(/^five\nreadable\no\nreadable\nroot:/);
    });

    it('into a container that shares for a user is for root only: the engine follows links', async () => {
      const { stdout } = await asUser(
        'cd home; echo o > o2; for to in up:/home/open/ up:/tmp/ down:/tmp/; do docker cp -q o2 $to ' +
          '2>&1; done',
      );
      expect(stdout.trimEnd().split('\n')).toEqual(
        Array(3).fill(
          expect.stringMatching(
            /enhanced container isolation: docker cp into container (?:up|down), .*\bA8\)/,
          ),
        ),
      );
    });
  },
);
