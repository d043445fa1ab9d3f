import { describe, expect, it } from 'vitest';
import { cgroupParentDenial } from './cgroup-parent.ts';

const decide = (parent: string) => cgroupParentDenial(parent, '--cgroup-parent');

describe("a container's cgroup parent", () => {
  it.each([
    '',
    'mine',
    '/mine',
    'system.slice',
    '/cgroup-parent/test',
    'teams/blue',
    '/docker/ci/job:7/step-1',
    'machines/a',
  ])('may be %j', (parent) => {
    expect(decide(parent)).toBeNull();
  });

  it.each([
    ['up from the root', '../x'],
    ['up on the way', '/a/../b'],
    ['the directory itself on the way', 'a/./b'],
    ['with an empty name', 'a//b'],
    ['the root', '/'],
    ['a directory spelled as one', 'a/'],
    ['with two slashes in front', '//a'],
    ['a hidden name', 'a/.b'],
    ['with a line break', 'a/b\n'],
    ['deeper than four names', 'a/b/c/d/e'],
    ['a name longer than a hundred and twenty-eight', `a/${'b'.repeat(129)}`],
    ['inside a service', '/system.slice/ssh.service'],
    ['inside a scope, wherever it is', '/mine/session-1.scope/x'],
    ["inside Kubernetes' pods", '/kubepods/burstable/pod1'],
    ["inside a pod, as systemd's driver has them", '/kubepods.slice/kubepods-burstable.slice'],
    ["inside another kind of container's", 'lxc/web'],
    ["inside Podman's", '/libpod_parent/libpod-x'],
  ])('may not be %s', (_, parent) => {
    expect(decide(parent)).toMatchObject({
      rule: 'cgroup-parent',
      what: `--cgroup-parent ${parent}`,
    });
  });
});
