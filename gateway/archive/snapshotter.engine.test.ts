import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';

let engine: GuardedEngine;
beforeAll(async () => {
  engine = await startGuardedEngine({ containerdSnapshotter: true });
});
afterAll(async () => {
  await engine?.stop();
});

it('A8: docker cp leaves existing directories unchanged on the containerd snapshotter', async () => {
  const { stdout, stderr } =
    await engine.sh(`docker run -d --name up -v vol:/srv/vol busybox sh -c 'mkdir -p /srv/own
      chown 5:6 /srv/own; chmod 700 /srv/own; ln -s vol /srv/link; touch /tmp/ready; sleep 10000' > /dev/null
    until docker exec up test -e /tmp/ready; do sleep .1; done
    echo f > f; tar -c --owner=:7 --group=:8 --transform 's,^,srv/own/new/,' f | docker cp - up:/
    tar -c --owner=:7 --group=:8 --transform 's,^,srv/link/,' f | docker cp - up:/
    docker exec up stat -c '%u:%g %a %n' /srv/own /srv/own/new /srv/own/new/f /srv/vol/f
    docker rm -f up > /dev/null`);
  expect(`${stdout}${stderr}`).toBe(
    '5:6 700 /srv/own\n0:0 755 /srv/own/new\n7:8 644 /srv/own/new/f\n7:8 644 /srv/vol/f\n',
  );
});

it('A1: docker diff of a running container lists only changes on the containerd snapshotter', async () => {
  const { stdout, stderr } =
    await engine.sh(`docker run -d --name changed busybox sh -c 'touch /added; mkdir /d; touch /d/x
      chown 33 /etc/passwd; rm /bin/vi; touch /tmp/ready; sleep 10000' > /dev/null
    until docker exec changed test -e /tmp/ready; do sleep .1; done
    docker diff changed | sort; echo; docker stop -t 0 changed > /dev/null; docker diff changed | sort
    docker rm -f changed > /dev/null`);
  const list = 'A /added\nA /d\nA /d/x\nA /tmp/ready\nC /bin\nC /etc\nC /etc/passwd\nC /tmp\nD /bin/vi\n';
  expect(`${stdout}${stderr}`).toBe(`${list}\n${list}`);
});

it('A1, A4: docker cp ignores links and mounts that a container placed over its own files', async () => {
  const { stdout, stderr } =
    await engine.sh(`docker run -d --privileged --name covered -v covered:/vol busybox sh -c 'mkdir -p /m/l
      mount -t tmpfs none /m; ln -s /vol /m/l; touch /tmp/ready; sleep 10000' > /dev/null
    until docker exec covered test -e /tmp/ready; do sleep .1; done
    echo f > f; tar -c --owner=:7 --group=:8 --transform 's,^,m/l/,' f | docker cp - covered:/
    docker exec covered sh -c 'umount /m; stat -c "%u:%g %n" /m/l/f; ls /vol'
    docker rm -f covered > /dev/null`);
  expect(`${stdout}${stderr}`).toBe('7:8 /m/l/f\n');
});
