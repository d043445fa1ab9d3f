import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../tests/support/command-line.ts';
import type { StoredAuditEntry } from '../shared/audit/entry.ts';
import { describeEntry, parseSince, wanted } from './audit.ts';

const entry: StoredAuditEntry = {
  id: 'a-1',
  time: '2026-01-02T03:04:05.000Z',
  outcome: 'deny',
  rule: 'bind-not-shared',
  spec: 'A8',
  setting: '/filesharingAllowedDirectories',
  what: 'bind mount of /etc',
  message: 'long',
  client: { uid: 1000, pid: 7 },
  origin: { kind: 'clients' },
  method: 'POST',
  target: '/x',
  container: 'web',
  image: 'nginx',
  decisionUs: 90,
  generation: 2,
};

describe('bulkhead audit', () => {
  it('prints time, caller, subject, rule and setting in one line', () => {
    expect(describeEntry(entry)).toBe(
      '2026-01-02T03:04:05.000Z  denied      uid 1000 pid 7  web nginx  bind mount of /etc  ' +
        '[bind-not-shared A8]  /filesharingAllowedDirectories',
    );
    expect(
      describeEntry({
        ...entry,
        outcome: 'would-deny',
        origin: { kind: 'socket-mount', mount: 'ff', container: 'ryuk', image: 'r' },
      }),
    ).toContain('would deny  container ryuk');
  });
  it.each([
    [
      import.meta.dirname,
      `error: the decision log ${import.meta.dirname} can't be read: it is a directory\n`,
    ],
    ['', 'error: there is no decision log ""\n'],
  ])('says why --file "%s" is unusable', async (file, err) => {
    expect(await runCommandLine(['--lang', 'en', 'audit', '--file', file])).toEqual({
      code: 2,
      out: '',
      err,
    });
  });
  it.each([
    [['--rule', 'nosuch'], /^error: there is no rule "nosuch"\n *Give one of .*host-namespace.*\.\n$/],
    [['--rule', 'host-namespce'], /\(did you mean host-namespace\?\)/],
    [['--user', 'nosuch'], /^error: there is no user "nosuch"\n/],
  ])('refuses %j, which selects nothing', async (args, err) => {
    expect(await runCommandLine(['--lang', 'en', 'audit', '--file', import.meta.filename, ...args])).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(err) as unknown,
    });
  });
  it('reads entries of earlier versions', () => {
    const { id: _i, spec: _s, what: _w, origin: _o, decisionUs: _d, generation: _g, ...old } = entry;
    expect(describeEntry(old)).toContain('uid 1000 pid 7  web nginx  long  [bind-not-shared]');
  });
  it('passes no control sequences of clients to the terminal', () => {
    expect(describeEntry({ ...entry, what: 'a\u001b[2Jb\n\u202ec' })).toContain(
      'a\\u001b[2Jb\\u000a\\u202ec',
    );
  });
  it('selects by rule, outcome and time', () => {
    expect(wanted(entry, { rule: 'other' }, null)).toBe(false);
    expect(wanted({ ...entry, outcome: 'rewrite' }, { denied: true }, null)).toBe(false);
    expect(wanted({ ...entry, outcome: 'would-deny' }, { denied: true }, Date.parse(entry.time))).toBe(true);
    expect(wanted(entry, {}, Date.parse(entry.time) + 1)).toBe(false);
  });
  it('leaves out what verifications caused, unless it is requested', () => {
    const probe = { ...entry, client: { uid: 0, pid: 9 }, image: 'bulkhead/probe:9f92c05dff94' };
    expect(wanted(probe, {}, null)).toBe(false);
    expect(wanted(probe, { denied: true }, null)).toBe(false);
    expect(wanted(probe, { probes: true }, null)).toBe(true);
    // Nobody but root can hide behind the probe's image.
    expect(wanted({ ...probe, client: { uid: 1000, pid: 9 } }, {}, null)).toBe(true);
    expect(wanted({ ...probe, origin: { kind: 'socket-mount', mount: 'ff' } }, {}, null)).toBe(true);
    const bySocket = { kind: 'socket-mount', mount: 'ff', verification: true };
    expect(wanted({ ...entry, origin: bySocket }, { denied: true }, null)).toBe(false);
  });
  it('selects by user, container and image, of mounted sockets too', () => {
    const bySocket: StoredAuditEntry = {
      ...entry,
      client: { uid: 1_000_065_536, pid: 9 },
      origin: { kind: 'socket-mount', mount: 'ff', container: 'ci', image: 'docker:cli', createdBy: 1001 },
      container: 'built',
      image: 'alpine',
    };
    const selects = (options: Parameters<typeof wanted>[1]) => [
      wanted(entry, options, null),
      wanted(bySocket, options, null),
    ];
    expect(selects({ uid: 1000 })).toEqual([true, false]);
    expect(selects({ uid: 1001 })).toEqual([false, true]);
    expect(selects({ uid: 1_000_065_536 })).toEqual([false, true]);
    expect(selects({ container: 'web' })).toEqual([true, false]);
    expect(selects({ container: 'ci' })).toEqual([false, true]);
    expect(selects({ container: 'built' })).toEqual([false, true]);
    expect(selects({ image: 'docker.io/library/nginx:latest' })).toEqual([true, false]);
    expect(selects({ image: 'docker:cli' })).toEqual([false, true]);
    expect(selects({ image: 'alpine' })).toEqual([false, true]);
    expect(describeEntry(bySocket)).toContain('  container ci (uid 1001)  built alpine  ');
  });
  it('accepts a date or a duration, nothing else', () => {
    expect(parseSince('15m', 1_000_000)).toEqual({ ok: true, value: 100_000 });
    expect(parseSince('2026-01-02', 0)).toEqual({ ok: true, value: Date.parse('2026-01-02') });
    for (const bad of ['yesterday', '5', '1w', '']) expect(parseSince(bad, 0).ok).toBe(false);
  });
});
