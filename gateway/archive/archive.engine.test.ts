import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Side } from '../../testing/guarded-engine.ts';
import { comparable, startTwoEngines, type TwoEngines } from '../../testing/two-engines.ts';

let engines: TwoEngines;
beforeAll(async () => {
  engines = await startTwoEngines();
  await Promise.all([engines.guarded, engines.bare].map((side) => side.sh(prepare).then(({ code, stderr }) => { expect({ code, stderr }).toMatchObject({ code: 0 }); })));
});
afterAll(async () => { await engines?.stop(); });

/** An image with users, capabilities and links, one container of it running. */
const prepare = `set -e
mkdir image; cd image
printf 'FROM busybox\\nRUN echo web:x:77:88::/:/bin/sh >> /etc/passwd; mkdir -p /srv/deep /usr/lib/real; ln -s /srv /link; ln -s ../usr/lib/real /srv/up; echo old > /srv/old; echo kept > /srv/kept; chown 5:6 /srv/old; chmod 4755 /srv/kept\\n' > Dockerfile
docker build -q -t app . > /dev/null; cd ..
mkdir shared; echo on-disk > shared/f; chown 11:12 shared/f
docker run -d --name up -v vol:/vol -v $W/shared:/shared app sleep 10000 > /dev/null`;

const shown = async (side: Side, script: string) => {
  const { code, stdout, stderr } = await side.sh(`set -o pipefail 2>/dev/null; ${script}`);
  return { code, stdout: comparable(stdout, side), stderr: comparable(stderr, side) };
};
/** Both engines say the same, and it is what is expected. */
async function same(script: string, expected?: RegExp | string): Promise<void> {
  const [guarded, bare] = await Promise.all([shown(engines.guarded, script), shown(engines.bare, script)]);
  if (typeof expected === 'string') expect(bare.stdout).toBe(expected);
  else if (expected !== undefined) expect(bare.stdout, bare.stderr).toMatch(expected);
  expect(guarded).toEqual(bare);
}
/** Lists a tar stream: mode, owners, name. */
const list = `tar -tv --numeric-owner | awk '{print $1, $2, $6, $7, $8}'`;

describe('a running container is copied into and out of as on a stock engine (A1, A8)', () => {
  it('cp in: owners and modes of files, directories and links', () => same(`
    mkdir -p in1/sub; echo a > in1/a; echo b > in1/sub/b; chown 1000:2000 in1/a; chown 33 in1/sub; chmod 2750 in1/sub; ln -s a in1/l; chown -h 9:9 in1/l; ln in1/a in1/hard
    docker cp -q in1 up:/srv/; docker cp -aq in1 up:/srv/archived; tar -c in1 | docker cp - up:/tmp
    docker exec up sh -c 'find /srv/in1 /srv/archived /tmp/in1 | sort | xargs stat -c "%N %A %u %g %h"'`, /1000 2000/));

  it('cp out, export and back again', () => same(`
    docker exec up sh -c 'mkdir /out; echo x > /out/x; chown 70:71 /out/x; chown 65535:65535 /out; echo y > /vol/y; chown 72:73 /vol/y; ln -s x /out/l'
    docker cp up:/out - | ${list}; docker cp up:/vol - | ${list}; docker cp up:/shared - | ${list}; docker cp up:/srv - | ${list}
    docker export up | tar -tv --numeric-owner out srv | awk '{print $1, $2, $6}'
    docker cp -q up:/out out2; stat -c '%u %g %A' out2 out2/x; docker cp -aq up:/out out3; stat -c '%u %g %A' out3 out3/x
    docker export up | docker import - again > /dev/null; docker run --rm again stat -c '%u %g %n' /out /out/x /srv/old /bin/busybox`, /65535\/65535 out\//));
});
