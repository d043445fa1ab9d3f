import { describe, expect, it } from 'vitest';
import { AttemptBlocked, failureOf, failureOfCall, showsSecret } from './evidence.ts';

const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('an attempt counts as blocked', () => {
  it('if a command was refused by a rule', () => {
    for (const text of [
      'docker: Error response from daemon: enhanced container isolation: --pid=host is blocked: … (A7)',
      'OCI runtime create failed: enhanced container isolation: /x cannot be shared by user 4242, who has …',
      'enhanced container isolation: /x was replaced while the container was being created: try again, …',
    ])
      expect(failureOf(text)).toBeInstanceOf(AttemptBlocked);
  });

  it('not if it failed otherwise', () => {
    for (const text of [
      '',
      'docker: Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?',
      'Error response from daemon: No such container: plain',
      'bulkhead gateway: the container was made, but …',
      'enhanced container isolation: it could not be found out in time …; try again (A8)',
    ])
      expect(failureOf(text)).not.toBeInstanceOf(AttemptBlocked);
  });

  it('if the kernel did not allow a call, not if there was nothing to call', () => {
    for (const name of ['EPERM', 'EACCES', 'EROFS', 'EXDEV'])
      expect(failureOfCall('openat(/x)', name)).toBeInstanceOf(AttemptBlocked);
    for (const name of ['ENOENT', 'ENOSYS', 'EBADF', 'ESRCH', 'EINVAL', 'ECONNREFUSED'])
      expect(failureOfCall('openat(/x)', name)).not.toBeInstanceOf(AttemptBlocked);
  });

  it('if a program prints that the kernel did not allow it, not if it printed anything else', () => {
    expect(showsSecret('secret', 'the secret')).toBe(true);
    expect(thrown(() => showsSecret('secret', '/closed/x: Permission denied\n'))).toBeInstanceOf(
      AttemptBlocked,
    );
    for (const text of ['', 'No such file or directory', 'Exec format error'])
      expect(thrown(() => showsSecret('secret', text))).toSatisfy(
        (error) => error instanceof Error && !(error instanceof AttemptBlocked),
      );
  });
});
