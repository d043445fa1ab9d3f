import { describe, expect, it } from 'vitest';
import { parseTarget } from '../http/message/target.ts';
import { isProbes } from '../../shared/audit/activity.ts';
import { fixedSocketMounts, socketMount } from '../../tests/support/socket-mounts.ts';
import type { SocketMount } from '../base/socket-mount.ts';
import { describeRequest, loggedTarget } from './describe-request.ts';

function logged(text: string): string {
  const parsed = parseTarget(text);
  if (!parsed.ok) throw new Error(parsed.why);
  return loggedTarget(parsed.target);
}

describe('the decision log holds no secrets', () => {
  it('logs only names of build arguments, remote contexts with tokens, unknown parameters', () => {
    expect(
      logged(
        '/v1.45/build?t=app%3A1&buildargs=%7B%22TOKEN%22%3A%22s3cret%22%7D&' +
          'remote=https%3A%2F%2Fs3cret%40example.com&nocache=1',
      ),
    ).toBe('/v1.45/build?t=app%3A1&buildargs=…&remote=…&nocache=1');
    expect(logged('/containers/create?name=a&Env=TOKEN%3Ds3cret&Cmd=s3cret&Cmd=x')).not.toContain('s3cret');
  });
  it('keeps what a reader needs, and bounds the size of an entry', () => {
    expect(logged('/v1.45/containers/a/archive?path=%2Fetc%2Fpasswd')).toBe(
      '/v1.45/containers/a/archive?path=%2Fetc%2Fpasswd',
    );
    expect(logged(`/v1.45/images/${'x'.repeat(2000)}/json`).length).toBeLessThanOrEqual(513);
  });
});

describe('a request by a mounted socket', () => {
  const target = parseTarget('/v1.45/containers/create');
  if (!target.ok) throw new Error(target.why);
  const described = (more: Partial<Omit<SocketMount, 'id' | 'socket'>>) => {
    const mount = socketMount('m', '/s/m', { container: { id: 'c', name: 'job' }, ...more });
    return describeRequest(
      {
        head: {
          method: 'POST',
          target: '',
          host: 'd',
          fields: [],
          body: { kind: 'none' },
          contentType: '',
          close: false,
          expectContinue: false,
          upgrade: null,
        },
        target: target.target,
        match: null,
        peer: () => ({ uid: 1_000_065_536, gid: 1_000_065_536, pid: 4 }),
        origin: { kind: 'socket-mount', id: mount.id },
      },
      fixedSocketMounts([mount]),
    );
  };

  it('is logged with the user who had the container created', () => {
    expect(described({ createdBy: 1000 }).origin).toMatchObject({ container: 'job', createdBy: 1000 });
  });

  it("is a verification's if root had a probe created, and nobody else can make it look so", () => {
    const image = 'bulkhead/probe:067b72f10506';
    expect(isProbes(described({ image }))).toBe(true);
    expect(isProbes(described({ image: 'docker:cli' }))).toBe(false);
    expect(isProbes(described({ image, createdBy: 1000 }))).toBe(false);
    expect(isProbes(described({ image, createdBy: null }))).toBe(false);
    // By the socket of a container of root's.
    expect(isProbes(described({ image, byClient: false }))).toBe(false);
  });
});
