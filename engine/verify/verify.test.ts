import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { claimIds, protectionState, type Claim } from '../../shared/verify/claims.ts';
import { rootPaths } from '../drivers/root-paths.ts';
import { judgeExclusiveRange, judgeOff, judgePrivileged, judgeRefused, judgeRuntime, judgeUserNamespace, judgeUsernsHost, notEnforced } from './judge.ts';
import { within, type ProbeResult } from './probe-container.ts';
import { oneFileTar } from './probe-image.ts';
import { readVerification } from './verify.ts';

const probe = (uidMap: string, more: Partial<ProbeResult> = {}, operations?: Record<string, string>): { seen: ProbeResult } => ({
  seen: { facts: { uid: 0, uidMap, gidMap: uidMap, namespaces: {}, ...(operations ? { operations } : {}) }, runtime: 'bulkhead', usernsMode: '', outsideMap: uidMap, ...more },
});
const range = '0 1000000000 65536';
const host = '0 0 4294967295';

describe('claims are judged by what was seen', () => {
  test('A2: a range of its own, for users and groups, the same from outside', () => {
    expect(judgeUserNamespace(probe(range))).toEqual({ id: 'A2-user-namespace', verdict: 'pass', evidence: `uid_map "${range}"` });
    expect(judgeUserNamespace(probe(host)).verdict).toBe('fail');
    expect(judgeUserNamespace(probe(range, { outsideMap: host })).verdict).toBe('fail');
    expect(judgeUserNamespace(probe('0 1000 1; 1 0 1')).verdict).toBe('fail');
    expect(judgeUserNamespace({ seen: { ...probe(range).seen, facts: { uid: 0, uidMap: range, gidMap: host, namespaces: {} } } }).verdict).toBe('fail');
    expect(judgeUserNamespace(probe('')).verdict).toBe('fail');
    expect(judgeUserNamespace({ error: 'timed out' })).toMatchObject({ verdict: 'fail', evidence: 'timed out' });
  });
  test('A3: two ranges of 64K without a common id', () => {
    expect(judgeExclusiveRange(probe(range), probe('0 1000065536 65536'))).toMatchObject({ verdict: 'pass', evidence: '1000000000-1000065535 and 1000065536-1000131071' });
    expect(judgeExclusiveRange(probe(range), probe(range)).verdict).toBe('fail');
    expect(judgeExclusiveRange(probe(range), probe('0 1000065535 65536')).verdict).toBe('fail');
    expect(judgeExclusiveRange(probe(range), probe('0 2000000000 1000')).verdict).toBe('fail');
    expect(judgeExclusiveRange(probe(range), probe(host)).verdict).toBe('fail');
    expect(judgeExclusiveRange(probe(range), { error: 'x' }).verdict).toBe('fail');
  });
  test('A6, A7: what was asked for is ignored', () => {
    expect(judgeRuntime(probe(range), 'bulkhead').verdict).toBe('pass');
    expect(judgeRuntime(probe(range, { runtime: 'runc' }), 'bulkhead').verdict).toBe('fail');
    expect(judgeUsernsHost(probe(range)).verdict).toBe('pass');
    expect(judgeUsernsHost(probe(range, { usernsMode: 'host' })).verdict).toBe('fail');
    expect(judgeUsernsHost(probe(host)).verdict).toBe('fail');
  });
  test('A4: privileged works inside and is confined; an operation that was not tried is no proof', () => {
    const confined = { 'mount-tmpfs': 'ok', 'write-core-pattern': 'EACCES', 'write-swappiness': 'EACCES', 'make-device-node': 'EPERM', 'load-module': 'EPERM', 'list-bpf-maps': 'EPERM', 'set-time': 'EPERM' };
    expect(judgePrivileged(probe(range, {}, confined)).verdict).toBe('pass');
    for (const name of Object.keys(confined)) {
      expect(judgePrivileged(probe(range, {}, { ...confined, [name]: name === 'mount-tmpfs' ? 'EPERM' : 'ok' })).verdict, name).toBe('fail');
    }
    const { 'set-time': _untried, ...rest } = confined;
    expect(judgePrivileged(probe(range, {}, rest)).verdict).toBe('fail');
    expect(judgePrivileged(probe(range)).verdict).toBe('fail');
    expect(judgePrivileged(probe(host, {}, confined)).verdict).toBe('fail');
  });
  test('B1, A7: only a refusal in the words of ECI counts (B6)', () => {
    const answer = (status: number, message: string) => [{ asked: 'pid=host', answer: { seen: { status, message } } }];
    expect(judgeRefused('B1-socket-refused', answer(403, 'enhanced container isolation: no')).verdict).toBe('pass');
    expect(judgeRefused('B1-socket-refused', answer(403, 'something else')).verdict).toBe('fail');
    expect(judgeRefused('B1-socket-refused', answer(500, 'enhanced container isolation: no')).verdict).toBe('fail');
    expect(judgeRefused('B1-socket-refused', [{ asked: 'pid=host', answer: { seen: null } }])).toMatchObject({ verdict: 'fail', evidence: 'pid=host: was allowed' });
    expect(judgeRefused('B1-socket-refused', [{ asked: 'x', answer: { error: 'no answer' } }]).verdict).toBe('fail');
    expect(judgeRefused('B1-socket-refused', []).verdict).toBe('fail');
  });
  test('with ECI off nothing passes', () => {
    const claims = judgeOff(probe(host), claimIds);
    expect(claims.map((claim) => claim.verdict)).toEqual(['fail', ...Array<string>(claimIds.length - 1).fill('not-run')]);
    expect(claims[0]?.evidence).toContain('root in the container is root in the engine');
    expect(judgeOff({ error: 'x' }, claimIds).every((claim) => claim.verdict === 'not-run')).toBe(true);
  });
});

test('audit mode: no refusal is claimed, and nothing makes the engine protected', () => {
  const held = claimIds.map((id): Claim => ({ id, verdict: 'pass', evidence: 'seen' }));
  const now = Date.now();
  const facts = { engineReady: true, eci: true, now, verification: { at: new Date(now).toISOString(), durationMs: 1, eci: true, claims: held } };
  expect(protectionState({ ...facts, audit: false })).toBe('protected');
  expect(protectionState({ ...facts, audit: true })).toBe('audit');
  // Verified in audit mode, enforced since: the refusals were not shown.
  const shown = held.map((claim) => (claim.id === 'B1-socket-refused' ? notEnforced(claim.id) : claim));
  expect(protectionState({ ...facts, audit: false, verification: { ...facts.verification, claims: shown } })).toBe('unverified');
});

test('a probe that hangs, or is cancelled, is bounded', async () => {
  const never = new Promise<never>(() => undefined);
  await expect(within(5, new AbortController().signal, 'no answer', () => never)).rejects.toThrow('no answer within 0.005 s');
  const controller = new AbortController();
  const waiting = within(60_000, controller.signal, 'no answer', () => never);
  controller.abort();
  await expect(waiting).rejects.toThrow('cancelled');
});

test('the image is a tar that tar reads: one executable file of root\'s', async () => {
  const directory = await mkdtemp('/tmp/bh-tar-');
  try {
    await writeFile(path.join(directory, 'a.tar'), oneFileTar('bulkhead-probe', Buffer.from('x'.repeat(700))));
    const { stdout } = await promisify(execFile)('tar', ['--numeric-owner', '-tvf', path.join(directory, 'a.tar')], { env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } });
    expect(stdout).toMatch(/^-rwxr-xr-x 0\/0 +700 1970-01-01 00:00 bulkhead-probe\n$/);
  } finally { await rm(directory, { recursive: true }); }
});

test('a recorded verification that cannot be understood is none', async () => {
  const directory = await mkdtemp('/tmp/bh-verify-');
  const paths = rootPaths(directory);
  try {
    expect(await readVerification(paths)).toBeNull();
    for (const text of ['', '{', '{"at": 1}', '[]']) {
      await writeFile(paths.verification, text);
      expect(await readVerification(paths)).toBeNull();
    }
  } finally { await rm(directory, { recursive: true }); }
});
