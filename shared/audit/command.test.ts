import { describe, expect, it } from 'vitest';
import { commandOf } from './command.ts';
import type { StoredAuditEntry } from './entry.ts';

const entry = (more: Partial<StoredAuditEntry>): StoredAuditEntry => ({
  id: 'a-1',
  time: '2026-11-10T10:00:00Z',
  outcome: 'deny',
  rule: 'host-namespace',
  setting: null,
  message: '',
  client: { uid: 1000, pid: 1 },
  method: 'POST',
  target: '/v1.45/containers/create?name=a',
  image: 'alpine:3',
  ...more,
});

describe('the command of an entry', () => {
  it.each([
    [{ what: '--pid=host' }, 'docker run --pid=host alpine:3'],
    [
      { rule: 'host-device', what: '--device /dev/sda; rm -rf /' },
      "docker run --device '/dev/sda; rm -rf /' alpine:3",
    ],
    [
      { rule: 'host-device', what: '--device-cgroup-rule "c 1:3 r"' },
      "docker run --device-cgroup-rule 'c 1:3 r' alpine:3",
    ],
    [
      { rule: 'socket-mount', what: 'mounting the Docker socket', subject: { image: 'alpine:3' } },
      'docker run -v /var/run/docker.sock:/var/run/docker.sock alpine:3',
    ],
    [
      { rule: 'bind-not-shared', subject: { path: "/srv/it's here" } },
      String.raw`docker run -v '/srv/it'\''s here:/srv/it'\''s here' alpine:3`,
    ],
    [{ outcome: 'rewrite', rule: 'userns-ignored' }, 'docker run --userns=host alpine:3'],
  ] as const)('of %j is %s', (more, command) => {
    expect(commandOf(entry(more as Partial<StoredAuditEntry>))).toBe(command);
  });

  it('is not invented if the log lacks it', () => {
    expect(commandOf(entry({ what: 'the field HostConfig.New' }))).toBeNull();
    expect(commandOf(entry({ what: '--pid=host', target: '/v1.45/build?networkmode=host' }))).toBeNull();
    expect(commandOf(entry({ what: '--pid=host', image: undefined }))).toBeNull();
    expect(commandOf(entry({ rule: 'bind-not-shared' }))).toBeNull();
  });
});
