import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';

let engine: GuardedEngine;
beforeAll(async () => {
  engine = await startGuardedEngine({ storageDriver: 'vfs' });
});
afterAll(async () => {
  await engine?.stop();
});

it('A1, A3: cp and export keep owners and capabilities without overlay, running or stopped', async () => {
  const { stdout, stderr } =
    await engine.sh(`docker run -d --name up --stop-signal KILL busybox sh -c 'mkdir /own; echo x > /own/f
      chown 5:6 /own/f; touch /tmp/ready; sleep 10000' > /dev/null
    until docker exec up test -e /tmp/ready; do sleep .1; done
    docker exec up cat /proc/self/uid_map | grep -c ' 1[0-9]\\{9\\} '
    echo f > f; setcap cap_net_raw+ep f
    tar -c --owner=:7 --group=:8 --xattrs --xattrs-include='security.*' f | docker cp - up:/own
    docker exec up stat -c '%u:%g %n' /own /own/f
    for when in running stopped; do
      docker cp up:/own - | tar -tv --numeric-owner | awk '{ print $2, $6 }'
      docker export up | tar -tv --numeric-owner | awk '$6 ~ "^own/" { print $2, $6 }'
      docker cp up:/own - | tar -x --xattrs --xattrs-include='security.*' --no-same-owner; getcap own/f
      rm -r own
      docker stop up > /dev/null
    done; docker rm up > /dev/null`);
  const list = '0/0 own/\n7/8 own/f\n0/0 own/\n7/8 own/f\nown/f cap_net_raw=ep\n';
  expect(`${stdout}${stderr}`).toBe(`1\n0:0 /own\n7:8 /own/f\n${list}${list}`);
});
