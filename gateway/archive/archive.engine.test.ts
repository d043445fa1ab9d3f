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

/** An image with users, capabilities and links, one container of it running. */
const prepare = `set -e
mkdir image; cd image
cat > Dockerfile << 'END'
FROM busybox
RUN echo web:x:77:88::/:/bin/sh >> /etc/passwd; mkdir -p /srv/deep /usr/lib/real; ln -s /srv /link; \\
  ln -s ../usr/lib/real /srv/up; echo old > /srv/old; echo kept > /srv/kept; chown 5:6 /srv/old; \\
  chmod 4755 /srv/kept
END
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
/** POSIX ACLs as extended attributes: of a file with user 5, of a directory with user 9. */
const accessList =
  '0x0200000001000600ffffffff020004000500000004000400ffffffff' +
  '080006000700000010000600ffffffff20000000ffffffff';
const directoryList =
  '0x0200000001000700ffffffff020007000900000004000500ffffffff' + '10000700ffffffff20000100ffffffff';
/** Lists a tar stream: mode, owners, name. */
const list = `tar -tv --numeric-owner | awk '{print $1, $2, $6, $7, $8}'`;

describe('a running container is copied into and out of as on a stock engine (A1, A8)', () => {
  it('cp in: owners and modes of files, directories and links (Docker Desktop 4.77: nobody)', () =>
    same(
      `
    mkdir -p in1/sub; echo a > in1/a; echo b > in1/sub/b; chown 1000:2000 in1/a; chown 33 in1/sub
    chmod 2750 in1/sub; ln -s a in1/l; chown -h 9:9 in1/l; ln in1/a in1/hard
    docker cp -q in1 up:/srv/; docker cp -aq in1 up:/srv/archived; tar -c in1 | docker cp - up:/tmp
    docker exec up sh -c 'find /srv/in1 /srv/archived /tmp/in1 | sort | xargs stat -c "%N %A %u %g %h"'`,
      /1000 2000/,
    ));

  it('cp out, export and back again', () =>
    same(
      `
    docker exec up sh -c 'mkdir /out; echo x > /out/x; chown 70:71 /out/x; chown 65535:65535 /out
      echo y > /vol/y; chown 72:73 /vol/y; ln -s x /out/l'
    docker cp up:/out - | ${list}; docker cp up:/vol - | ${list}; docker cp up:/shared - | ${list}
    docker cp up:/srv - | ${list}
    docker export up | tar -tv --numeric-owner out srv | awk '{print $1, $2, $6}'
    docker cp -q up:/out out2; stat -c '%u %g %A' out2 out2/x; docker cp -aq up:/out out3
    stat -c '%u %g %A' out3 out3/x
    docker export up | docker import - again > /dev/null
    docker run --rm again stat -c '%u %g %n' /out /out/x /srv/old /bin/busybox`,
      /65535\/65535 out\//,
    ));

  it('paths through links in a volume, also to outside of it, running and not', () =>
    same(
      `
    docker run -d --name linked -v linked:/v app sh -c 'mkdir -p /v/ä/deep; echo x > /v/ä/deep/x
      ln -sfn ä /v/l; ln -sfn /srv /v/out; ln -sfn x /v/ä/deep/to; sleep 10000' > /dev/null
    until docker exec linked test -L /v/ä/deep/to; do sleep .1; done; echo new > new
    for state in up down; do
      for path in l l/deep l/deep/x l/deep/to l/. l/deep/. out/old ä/deep none l/none
      do docker cp linked:/v/$path - 2>&1 | tar -t 2>&1 | grep -v '^tar:' | sort; done
      docker cp -qL linked:/v/l/deep/to $state; cat $state; docker cp -qL linked:/v/l $state.d; ls $state.d
      docker cp -q new linked:/v/l/$state; docker cp -q new linked:/v/l/deep/
      docker cp -q new linked:/v/out/$state; docker cp -q new linked:/v/l
      docker stop -t 0 linked > /dev/null
    done
    docker start linked > /dev/null
    docker exec linked sh -c 'ls -R /v; ls /srv; cat /v/ä/up /v/ä/down /v/ä/new'; docker rm -f linked
    docker volume rm linked`,
      /^deep\/x$/m,
    ));

  it('diff lists what changed, and nothing else; commit has it, with its ids', () =>
    same(
      `
    docker run -d --name changed app sh -c 'echo new > /new; echo more >> /srv/old; rm /link
      chmod 700 /srv/deep; touch /bin/cat; mkdir -p /a/b; echo z > /a/b/z; chown 44:45 /a/b/z
      chown 0:0 /srv/kept; sleep 10000' > /dev/null
    until docker exec changed test -f /a/b/z; do sleep .1; done; docker exec changed true
    docker diff changed | sort
    docker commit changed committed > /dev/null
    docker run --rm committed stat -c '%n %u %g %a' /a/b/z /srv/old /srv/kept /srv/deep /new
    docker stop -t 0 changed; docker diff changed | sort; docker rm changed
    docker run -d --name same app sleep 10000 > /dev/null; docker diff same; docker rm -f same`,
      /^A \/a\nA \/a\/b\n/m,
    ));

  it('names and formats: long ones, PAX, GNU, sparse, ids beyond what octal holds', () =>
    same(
      `
    mkdir -p f/$(printf 'd%.0s' $(seq 90))/$(printf 'e%.0s' $(seq 90))
    echo 1 > f/d*/e*/$(printf 'n%.0s' $(seq 200)); echo 2 > "f/ünï code"
    ln -s $(printf 't%.0s' $(seq 150)) f/l; truncate -s 5M f/sparse; echo end >> f/sparse; chown -hR 123:456 f
    for format in gnu posix ustar; do
      more=; test $format = ustar && more='--exclude=nnn* --exclude=l'
      tar -c --format=$format $more -S f 2>/dev/null | docker cp - up:/tmp
      docker exec up sh -c 'cd /tmp; find f | sort | xargs -I {} stat -c "%n %u %g %s" {} | cut -c 1-500
        md5sum f/sparse; rm -r f'
    done
    tar -c --format=posix --pax-option='uid:=1234,gid:=2345' f/l | docker cp - up:/vol
    docker exec up sh -c 'stat -c "%u %g" /vol/f/l; rm -r /vol/f'
    docker cp -q f up:/tmp/; docker cp up:/tmp/f - | tar -tv --numeric-owner | awk '{print $1, $2, $3}' | sort
    docker cp up:/tmp/f - | tar -x -O f/sparse | md5sum`,
      /123 456/,
    ));

  it('gzip, bzip2, xz and zstd, also in several frames; truncated, corrupt and empty archives', () =>
    same(
      `
    mkdir c; echo c > c/c; chown 500:600 c/c; tar -c c > c.tar
    for how in gzip bzip2 xz 'zstd -q'; do $how < c.tar | docker cp - up:/tmp
    docker exec up sh -c 'stat -c "%u %g" /tmp/c/c; rm -r /tmp/c'; done
    (head -c 512 c.tar | zstd -q; tail -c +513 c.tar | zstd -q) | docker cp - up:/tmp
    docker exec up sh -c 'stat -c "%u %g" /tmp/c/c; rm -r /tmp/c'
    (printf '\\120\\52\\115\\30\\4\\0\\0\\0pzst'; zstd -q --long=28 < c.tar) | docker cp - up:/tmp
    docker exec up sh -c 'stat -c "%u %g" /tmp/c/c; rm -r /tmp/c'
    (gzip < c.tar; printf '' ) | docker cp - up:/tmp; docker exec up rm -r /tmp/c
    docker cp - up:/tmp < /dev/null; echo $?
    head -c 700 c.tar | docker cp - up:/tmp > /dev/null 2>&1; echo $?
    gzip < c.tar | head -c 60 | docker cp - up:/tmp > /dev/null 2>&1; echo $?
    printf 'not a tar' | docker cp - up:/tmp > /dev/null 2>&1; echo $?; docker exec up ls /tmp | sort`,
      /^(500 600\n){6}/,
    ));

  it('links, volumes and binds on the way', () =>
    same(
      `
    echo l > l1; chown 21:22 l1
    docker exec up sh -c 'ln -s /vol /tovol; ln -s ../shared/x /srv/tobind; mkdir -p /shared/x /vol/v
      ln -s / /vol/v/root; ln -s deep /srv/rel'
    docker cp -q l1 up:/link/; docker cp -q l1 up:/link/rel/; docker cp -q l1 up:/tovol/
    docker cp -q l1 up:/srv/tobind/; docker cp -q l1 up:/vol/v/root/srv/up/; docker cp -q l1 up:/link
    mkdir -p t/tovol t/vol t/shared t/made; for d in tovol vol shared made; do echo $d > t/$d/t
    chown 31:32 t/$d/t; done; rm -r t/tovol
    tar -c -C t vol shared made | docker cp - up:/
    docker exec up sh -c 'stat -c "%n %u %g" /srv/l1 /srv/deep/l1 /vol/l1 /shared/x/l1 /usr/lib/real/l1 \\
      /vol/t /shared/t /made/t /made /vol /shared'; stat -c '%n %u %g' shared/t shared/x/l1
    tar -c t/made/t | docker cp - up:/vol; mkdir -p p/q; echo p > p/q/r; tar -c p/q/r | docker cp - up:/srv
    tar -c p/q/r | docker cp - up:/shared
    docker exec up sh -c 'stat -c "%n %u %g %a" /vol/t/made/t /vol/t /srv/p /srv/p/q /srv/p/q/r \\
      /shared/p /shared/p/q'
    ln -s /vol hop; mkdir hopped; echo h > hopped/h; tar -c --transform 's,hopped,hop,' hop hopped/h |
    docker cp - up:/srv; docker exec up sh -c 'ls -ln /vol /srv | grep -v total |
      awk "{print \\$1, \\$3, \\$4, \\$9}"'`,
      /21 22\n[\s\S]*31 32/,
    ));

  it('capabilities of files, setuid, hard links', () =>
    same(
      `
    mkdir x; cp /bin/true x/ping; chown 1:2 x/ping; setcap cap_net_raw+ep x/ping; cp /bin/true x/su
    chmod 4755 x/su; ln x/su x/su2
    tar -c --xattrs --xattrs-include='*' --format=posix x | docker cp - up:/tmp; docker cp -q x up:/srv/
    docker cp up:/tmp/x - > x.tar; mkdir back
    tar -x --xattrs --xattrs-include='*' --same-owner -p -C back -f x.tar; getcap -n back/x/ping
    stat -c '%A %u %g %h' back/x/*; cp /bin/true x/alone; chmod 6755 x/alone; docker cp -q x/alone up:/srv/
    docker exec up stat -c '%A %u %g' /srv/alone /srv/kept
    docker export up > e.tar; mkdir e; tar -x --xattrs --xattrs-include='*' -p -C e -f e.tar tmp/x
    getcap -n e/tmp/x/ping
    docker commit up capable > /dev/null; docker create --name capable capable true > /dev/null
    docker cp capable:/tmp/x - | tar -x --xattrs --xattrs-include='*' -p -C e; getcap -n e/x/ping
    docker rm capable`,
      /ping cap_net_raw=ep\n-rwxr-xr-x 1 2 1\n-rwxr-xr-x 0 0 2\n-rwxr-xr-x 0 0 2\n-rwsr-sr-x 0 0\n/,
    ));

  it('access control lists have the same ids in the container as in the archive', () =>
    same(
      `
    mkdir -p acl; echo a > acl/a
    # rw for its owner, r for user 5, rw for group 7; below, all for user 9
    setfattr -n system.posix_acl_access -v ${accessList} acl/a
    for which in access default
    do setfattr -n system.posix_acl_$which -v ${directoryList} acl; done
    tar -c --xattrs --xattrs-include='*' --format=posix acl | docker cp - up:/srv/
    docker exec -u 5:5 up cat /srv/acl/a; docker exec -u 6:6 up cat /srv/acl/a
    docker exec -u 9:9 up touch /srv/acl/made; docker exec -u 6:6 up touch /srv/acl/not
    docker exec up ls /srv/acl`,
      /^a\na\nmade\n$/,
    ));

  it('archive mode into images with a user, by name and by number, up and down', () =>
    same(
      `
    echo u > u1; chown 5:6 u1
    for user in web 77 nosuch; do
      docker create --name u1 -u $user app sleep 1000 > /dev/null; docker cp -aq u1 u1:/tmp/down 2>&1
      docker start u1 > /dev/null 2>&1; docker cp -aq u1 u1:/tmp/u 2>&1; docker cp -q u1 u1:/tmp/plain
      docker cp u1:/tmp - | ${list} | sort; docker rm -f u1 > /dev/null; done`,
      /77\/88/,
    ));

  it('what is refused: read-only roots, missing places, files where directories should be', () =>
    same(
      `
    docker run -d --name ro --read-only -v rovol:/v -v rovol2:/r:ro app sleep 1000 > /dev/null; echo r > r
    chown 3:4 r
    docker cp -q r ro:/tmp/; echo $?; docker cp -q r ro:/r/; echo $?; docker cp -q r ro:/v/; echo $?
    docker exec ro stat -c '%u %g' /v/r
    docker cp r up:/no/such/; echo $?; docker cp up:/none -; echo $?; tar -c r | docker cp - up:/bin/cat
    echo $?; docker cp -q up:/etc/hosts h; test -s h; docker cp -q r up:/etc/hosts; echo $?
    docker cp - up:/x/y < /dev/null; echo $?; docker rm -f ro`,
      /3 4/,
    ));

  it('paused, restarted, stopped and started again', () =>
    same(
      `
    echo s > s1; chown 8:9 s1; docker run -d --name again app sleep 1000 > /dev/null
    docker pause again > /dev/null; docker cp -q s1 again:/tmp/paused; docker unpause again > /dev/null
    docker restart -t 0 again > /dev/null; docker cp -q s1 again:/tmp/restarted
    docker stop -t 0 again > /dev/null; docker cp -q s1 again:/tmp/stopped
    docker cp again:/tmp - | ${list} | sort; docker export again | tar -tv --numeric-owner tmp |
    awk '{print $2, $6}' | sort; docker start again > /dev/null
    docker exec again sh -c 'stat -c "%n %u %g" /tmp/*'; docker rm -f again`,
      /paused 8 9\n\/tmp\/restarted 8 9\n\/tmp\/stopped 8 9/,
    ));
});

// The engine looks programs up in the container for this, and runs them there as the machine's root: on a
// stock engine the first two come true.
describe('a copy runs no program of the container as the machine\u2019s root (A2)', () => {
  const trap = `
    mkdir -p trap; trap='#!/bin/sh\\nid -u > /trapped; mknod /trapped-device b 7 0;'
    printf "$trap exec gzip -dc" > trap/unpigz; printf "$trap exec xz -dc" > trap/xz
    printf "$trap echo web:x:77:88::/:/bin/sh" > trap/getent; chmod 755 trap/*
    printf 'FROM busybox\\nCOPY trap/ /usr/bin/\\n' > Dockerfile.trap
    docker build -q -t trap -f Dockerfile.trap . > /dev/null; mkdir -p traptar; tar -c traptar > trap.tar`;
  for (const state of ['create', 'run -d']) {
    it(`decompresses and looks users up itself: docker ${state}`, async () => {
      const script = `${trap}
        for how in gzip xz user; do
          docker ${state} --name trap -u 77 trap sleep 1000 > /dev/null
          if [ $how = user ]; then docker cp -aq trap.tar trap:/tmp/ > /dev/null 2>&1
          else $how < trap.tar | docker cp - trap:/tmp > /dev/null 2>&1; fi
          docker cp trap:/trapped-device - > /dev/null 2>&1 && echo $how ran; docker rm -f trap > /dev/null
        done`;
      const [guarded, bare] = await Promise.all([engines.guarded.sh(script), engines.bare.sh(script)]);
      expect(bare.stdout).toBe('user ran\n');
      expect(guarded.stdout).toBe('');
    });
  }
});

describe('a copy while a container is stopped and started is refused or right (A1)', () => {
  it('never shows or leaves ids of a range', async () => {
    const { stdout } = await engines.guarded.sh(`
      # The engine's own refusal, where the root directory was locked for a copy that began before the start.
      locked='setting up pivot dir: mkdir .*: permission denied'
      echo r > r1; chown 41:42 r1; tar -c r1 > r1.tar; docker run -d --name racing app sleep 1000 > /dev/null
      (for i in $(seq 12); do docker stop -t 0 racing; docker start racing; done > /dev/null 2>&1
      touch over) &
      until [ -e over ]; do
        # "must be a directory": so the client reports a refused HEAD.
        docker cp - racing:/tmp < r1.tar > said 2>&1 ||
        { grep -q "started or [se]\\|must be a directory\\|$locked" said || cat said; }
        docker cp racing:/tmp/r1 - 2> said > r2.tar && tar -tv --numeric-owner -f r2.tar | awk '{print $2}' ||
        { grep -q "started or [se]\\|Could not find\\|$locked" said || cat said; }
        docker export racing 2> said | tar -tv --numeric-owner tmp srv/old 2> /dev/null | awk '{print $2}'
      done | sort | uniq; wait; docker start racing > /dev/null; docker exec racing stat -c '%u %g' /tmp/r1
      docker rm -f racing > /dev/null`);
    expect(stdout).toMatch(/41\/42/);
    expect(
      stdout
        .trim()
        .split('\n')
        .filter((line) => !['0/0', '5/6', '41/42', '41 42'].includes(line)),
    ).toEqual([]);
  });
});
