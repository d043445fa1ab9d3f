import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Side } from '../../tests/support/guarded-engine.ts';
import { comparable, startTwoEngines, type TwoEngines } from '../../tests/support/two-engines.ts';

let engines: TwoEngines;
beforeAll(async () => {
  engines = await startTwoEngines();
  await Promise.all(
    [engines.guarded, engines.bare].map((side) =>
      side.sh(prepare).then(({ code, stderr }) => {
        expect({ code, stderr }).toMatchObject({ code: 0 });
      }),
    ),
  );
});
afterAll(async () => {
  await engines?.stop();
});

/** An image with files of ids that no container has, some in two layers, and a running container of it. */
const prepare = `set -e
big() { tar --numeric-owner --owner=:$1 --group=:$2 -c $3 | docker cp - $4:/; }
docker create --name first busybox true > /dev/null
mkdir -p u/deep; echo old > u/f; echo x > u/deep/x; big 100000 100001 u first
docker commit first one > /dev/null
docker create --name second one true > /dev/null
echo new > u/f; big 3000000 3000001 u/f second; mkdir -p m; echo m > m/gid; big 7 70000 m second
echo g > gone; big 100000 5 gone second; docker commit second two > /dev/null
docker run -d --name up -v vol:/vol two sleep 10000 > /dev/null`;

const shown = async (side: Side, script: string) => {
  const { code, stdout, stderr } = await side.sh(script);
  return { code, stdout: comparable(stdout, side), stderr: comparable(stderr, side) };
};
async function same(script: string, expected: RegExp): Promise<void> {
  const [guarded, bare] = await Promise.all([shown(engines.guarded, script), shown(engines.bare, script)]);
  expect(bare.stdout, bare.stderr).toMatch(expected);
  expect(guarded).toEqual(bare);
}
const list = `tar -tv --numeric-owner | awk '{print $1, $2, $6}' | sort`;

describe('files of a running container whose ids it does not have', () => {
  it("are copied out with their true ids, and its own nobody's files with nobody's", () =>
    same(
      `
    docker exec up sh -c 'rm -f /bin/cat; echo n > /nobody; chown 65534:65534 /nobody
      echo more >> /etc/passwd'; docker diff up | sort
    docker cp up:/u - | ${list}; docker cp up:/u/deep/. - | ${list}; docker cp up:/u/f - | ${list}
    docker cp up:/m - | ${list}; docker cp up:/nobody - | ${list}; docker cp up:/etc/passwd - | ${list}
    docker export up | tar -tv --numeric-owner u m nobody | awk '{print $1, $2, $6}' | sort`,
      /3000000\/3000001 u\/f[\s\S]*7\/70000 m\/gid/,
    ));

  it('count as unchanged, and are committed as they are', () =>
    same(
      `
    docker run -d --name still two sleep 10000 > /dev/null; docker diff still; docker exec still touch /made
    docker diff still | sort; docker commit still three > /dev/null
    docker create --name third three true > /dev/null; docker cp third:/u - | ${list}
    docker cp third:/m - | ${list}; docker rm -f still third`,
      /^A \/made\n[\s\S]*3000000\/3000001 u\/f/,
    ));

  it('can be copied into a volume, and into a container that is not running', () =>
    same(
      `
    echo v > v; tar --numeric-owner --owner=:100000 --group=:100001 -c v > v.tar; docker cp - up:/vol < v.tar
    echo $?; docker cp up:/vol/v - | ${list}
    docker create --name down two true > /dev/null; docker cp - down:/tmp < v.tar
    docker cp down:/tmp/v - | ${list}; docker rm down`,
      /^0\n-rw-r--r-- 100000\/100001 v\n-rw-r--r-- 100000\/100001 v\n/,
    ));

  it('stay unchanged: the kernel refuses to remove or change files with unmapped ids', async () => {
    const { stdout, stderr } = await engines.guarded.sh(
      'docker exec up sh -c "rm /gone; chown 0 /u/f; cat /u/f"',
    );
    expect(stdout).toBe('new\n');
    expect(stderr).toMatch(/\/gone': Value too large for defined data type[\s\S]*\/u\/f: /);
  });

  it("are nobody's when they are copied into it", async () => {
    const { code, stdout, stderr } = await engines.guarded.sh(
      'echo i > i; tar --numeric-owner --owner=:100000 --group=:7 -c i | docker cp - up:/tmp && ' +
        'docker exec up stat -c %u:%g /tmp/i',
    );
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '65534:7\n' });
  });
});
