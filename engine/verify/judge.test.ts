import { describe, expect, test } from 'vitest';
import { claimIds } from '../../shared/verify/claims.ts';
import { asExpected, operations, operationTitle, outcomeOf } from '../../shared/verify/operations.ts';
import {
  judgeExclusiveRange,
  judgeOff,
  judgeRefused,
  judgeRuntime,
  judgeUserNamespace,
  judgeUsernsHost,
} from './judge.ts';
import {
  judgeBuild,
  judgeProcEmulated,
  judgeProcHidden,
  judgeReadOnly,
  judgeShared,
  judgeSharing,
  judgeThroughSocket,
  judgeUnshared,
  type ShareObservation,
} from './judge-mounts.ts';
import { judgePrivileged } from './judge-privileged.ts';
import type { ProbeFacts, ProbeResult } from './probe-container.ts';

const probe = (
  uidMap: string,
  more: Partial<ProbeResult> = {},
  facts: Partial<ProbeFacts> = {},
): { value: ProbeResult } => ({
  value: {
    id: 'c',
    facts: { uid: 0, uidMap, gidMap: uidMap, namespaces: {}, ...facts },
    runtime: 'bulkhead',
    usernsMode: '',
    outsideMap: uidMap,
    ...more,
  },
});
const range = '0 1000000000 65536';
const host = '0 0 4294967295';

describe('claims are judged by observations', () => {
  test('A2: a range of its own, for users and groups, the same from outside', () => {
    expect(judgeUserNamespace(probe(range))).toEqual({
      id: 'A2-user-namespace',
      verdict: 'pass',
      evidence: `uid_map "${range}"`,
    });
    expect(judgeUserNamespace(probe(host)).verdict).toBe('fail');
    expect(judgeUserNamespace(probe(range, { outsideMap: host })).verdict).toBe('fail');
    expect(judgeUserNamespace(probe('0 1000 1; 1 0 1')).verdict).toBe('fail');
    expect(
      judgeUserNamespace({
        value: { ...probe(range).value, facts: { uid: 0, uidMap: range, gidMap: host, namespaces: {} } },
      }).verdict,
    ).toBe('fail');
    expect(judgeUserNamespace(probe('')).verdict).toBe('fail');
    expect(judgeUserNamespace({ error: 'timed out' })).toMatchObject({
      verdict: 'fail',
      evidence: 'timed out',
    });
  });
  test('A3: two ranges of 64K without a common id', () => {
    expect(judgeExclusiveRange(probe(range), probe('0 1000065536 65536'))).toMatchObject({
      verdict: 'pass',
      evidence: '1000000000-1000065535 and 1000065536-1000131071',
    });
    expect(judgeExclusiveRange(probe(range), probe(range)).verdict).toBe('fail');
    expect(judgeExclusiveRange(probe(range), probe('0 1000065535 65536')).verdict).toBe('fail');
    expect(judgeExclusiveRange(probe(range), probe('0 2000000000 1000')).verdict).toBe('fail');
    expect(judgeExclusiveRange(probe(range), probe(host)).verdict).toBe('fail');
    expect(judgeExclusiveRange(probe(range), { error: 'x' }).verdict).toBe('fail');
  });
  test('A6, A7: the requested runtime and user namespace are ignored', () => {
    expect(judgeRuntime(probe(range), 'bulkhead').verdict).toBe('pass');
    expect(judgeRuntime(probe(range, { runtime: 'runc' }), 'bulkhead').verdict).toBe('fail');
    expect(judgeUsernsHost(probe(range)).verdict).toBe('pass');
    expect(judgeUsernsHost(probe(range, { usernsMode: 'host' })).verdict).toBe('fail');
    expect(judgeUsernsHost(probe(host)).verdict).toBe('fail');
  });
  describe('A4, A5: privileged works inside, and is confined', () => {
    const confined = Object.fromEntries(
      operations.map((operation) => [operation.id, operation.kind === 'local' ? 'ok' : 'EPERM']),
    );
    const verdicts = (results: Record<string, string>, map = range) =>
      judgePrivileged(probe(map, {}, { operations: results })).map((claim) => claim.verdict);
    test('the evidence of both lists each operation', () => {
      const [works, confinement] = judgePrivileged(probe(range, {}, { operations: confined }));
      expect([works?.verdict, confinement?.verdict]).toEqual(['pass', 'pass']);
      expect((works?.items?.length ?? 0) + (confinement?.items?.length ?? 0)).toBe(operations.length);
      expect(confinement?.evidence).toMatch(/^(\d+) of \1 refused$/);
    });
    test('one global operation that works, or was not tried, is a failure, and is named', () => {
      for (const { id, kind } of operations.filter((one) => one.kind === 'global')) {
        const title = operationTitle(id).text;
        for (const result of ['ok', 'crashed', 'timed out']) {
          const [works, confinement] = judgePrivileged(
            probe(range, {}, { operations: { ...confined, [id]: result } }),
          );
          expect(
            [
              works?.verdict,
              confinement?.verdict,
              confinement?.evidence.includes(`wrong: ${title} (${result})`),
            ],
            `${kind} ${id}`,
          ).toEqual(['pass', 'fail', true]);
        }
        const { [id]: _untried, ...rest } = confined;
        expect(verdicts(rest)).toEqual(['pass', 'fail']);
      }
    });
    test('one local operation that is refused is a failure, except where kernels differ', () => {
      for (const { id, mayBeRefused } of operations.filter((one) => one.kind === 'local')) {
        expect(verdicts({ ...confined, [id]: 'EPERM' }), id).toEqual([
          mayBeRefused === undefined ? 'fail' : 'pass',
          'pass',
        ]);
      }
    });
    test('an error other than a refusal does not count as refused', () => {
      for (const { id } of operations.filter((one) => one.kind === 'global')) {
        const title = operationTitle(id).text;
        expect(
          judgePrivileged(probe(range, {}, { operations: { ...confined, [id]: 'EBUSY' } }))[1],
          id,
        ).toMatchObject({
          verdict: 'fail',
          evidence: expect.stringContaining(`wrong: ${title} (EBUSY)`) as string,
        });
      }
    });
    test('what the machine allows every process does not count; its setting is named', () => {
      const given = {
        'watch-all-processes': ['kernel.perf_event_paranoid', '-1', '1'],
        'handle-kernel-faults': ['vm.unprivileged_userfaultfd', '1', '0'],
      } as const;
      for (const [id, [setting, allows, restricts]] of Object.entries(given)) {
        const confinement = (settings: Record<string, string>) =>
          judgePrivileged(probe(range, {}, { operations: { ...confined, [id]: 'ok' }, settings }))[1];
        expect(confinement({ [setting]: allows })).toMatchObject({
          verdict: 'limited',
          evidence: expect.stringContaining(`since ${setting}=${allows}: set it to `) as string,
        });
        expect(confinement({ [setting]: allows })?.items?.filter(({ good }) => !good)).toEqual([]);
        for (const settings of [{ [setting]: restricts }, { [setting]: 'unreadable' }, {}])
          expect(confinement(settings)?.verdict).toBe('fail');
      }
      expect(verdicts({ ...confined, 'load-module': 'ok' })).toEqual(['pass', 'fail']);
    });
    test('a feature missing in the kernel is not a refusal, and without all of them nothing is shown', () => {
      const lacking = (count: number) =>
        Object.fromEntries(
          operations.map(({ id, kind }, index) => [
            id,
            kind === 'local' ? 'ok' : index < count ? 'ENOSYS' : 'EPERM',
          ]),
        );
      expect(verdicts(lacking(5))).toEqual(['pass', 'pass']);
      expect(verdicts(lacking(operations.length))).toEqual(['pass', 'fail']);
    });
    test('nothing counts without a range of its own, or without an observation', () => {
      expect(verdicts(confined, host)).toEqual(['fail', 'fail']);
      expect(verdicts({})).toEqual(['fail', 'fail']);
      expect(judgePrivileged({ error: 'x' }).map((claim) => claim.verdict)).toEqual(['fail', 'fail']);
    });
    test('a missing device is refused, a missing setting is absent', () => {
      const of = (id: string, result: string) => {
        const operation = operations.find((one) => one.id === id);
        if (operation === undefined) throw new Error(id);
        const outcome = outcomeOf(operation, result);
        return [outcome, asExpected(operation, outcome)];
      };
      expect(of('open-kmsg', 'ENOENT')).toEqual(['refused', true]);
      expect(of('write-swappiness', 'ENOENT')).toEqual(['absent', true]);
      expect(of('write-swappiness', 'EINVAL')).toEqual(['unclear', false]);
      expect(of('mount-tmpfs', 'EINVAL')).toEqual(['unclear', false]);
    });
  });
  test('A7: a container joins the user namespace of a protected one; others are refused', () => {
    const owner = probe(range, {}, { namespaces: { net: 'net:[1]', user: 'user:[1]' } });
    const refused = {
      request: 'an unprotected one',
      answer: { value: { status: 403, message: 'enhanced container isolation: no' } },
    };
    expect(judgeSharing(owner, owner, refused).verdict).toBe('pass');
    expect(judgeSharing(owner, owner, null)).toMatchObject({
      verdict: 'pass',
      evidence: expect.stringContaining('joining an unprotected one was not tried') as string,
    });
    expect(
      judgeSharing(owner, probe(range, {}, { namespaces: { net: 'net:[1]', user: 'user:[2]' } }), refused)
        .verdict,
    ).toBe('fail');
    expect(judgeSharing(owner, owner, { ...refused, answer: { value: null } }).verdict).toBe('fail');
    expect(judgeSharing(owner, owner, { ...refused, answer: { error: 'x' } }).verdict).toBe('fail');
    expect(judgeSharing(owner, { error: 'x' }, refused).verdict).toBe('fail');
  });
  describe('A8, A9: shared directories', () => {
    const observed = (more: Partial<ShareObservation> = {}, facts: Partial<ProbeFacts> = {}) => ({
      value: {
        probe: probe(
          range,
          {},
          {
            shared: { write: 'ok', owner: '0:0', read: 'ok', givenOwner: '0:0' },
            readOnly: { written: false, 'as it is': 'EROFS', remount: 'EPERM' },
            ...facts,
          },
        ).value,
        writtenBy: '1000:1000',
        readOnlyChanged: false,
        user: 1000,
        ...more,
      },
    });
    test('files written by root belong to the user, not to root and not to the range', () => {
      expect(judgeShared(observed()).verdict).toBe('pass');
      for (const writtenBy of ['0:0', '1000000000:1000000000', null])
        expect(judgeShared(observed({ writtenBy })).verdict).toBe('fail');
      expect(
        judgeShared(
          observed({}, { shared: { write: 'EACCES', owner: '0:0', read: 'ok', givenOwner: '0:0' } }),
        ).verdict,
      ).toBe('fail');
    });
    test('not offered without a shared directory or write access; a full disk proves nothing', () => {
      expect(judgeUnshared(null)).toMatchObject({
        verdict: 'not-offered',
        evidence: 'nothing is shared: no directory may be mounted',
      });
      expect(judgeUnshared({ why: '/srv (EACCES)', denied: true })).toMatchObject({
        verdict: 'limited',
        evidence: expect.stringContaining('not tried: ') as string,
      });
      expect(judgeUnshared({ why: '/tmp (ENOSPC)', denied: false })).toMatchObject({
        verdict: 'fail',
        evidence: 'no file can be written to a shared directory: /tmp (ENOSPC)',
      });
    });
    test('nothing is written into a read-only one, reported by the container and seen on the machine', () => {
      expect(judgeReadOnly(observed()).verdict).toBe('pass');
      expect(judgeReadOnly(observed({ readOnlyChanged: true })).verdict).toBe('fail');
      expect(judgeReadOnly(observed({}, { readOnly: { written: true, remount: 'ok' } })).verdict).toBe(
        'fail',
      );
      expect(judgeReadOnly(observed({}, { readOnly: { written: false, remount: 'ok' } })).verdict).toBe(
        'fail',
      );
      expect(judgeReadOnly(observed({}, { readOnly: { written: false } })).verdict).toBe('fail');
      expect(judgeReadOnly({ error: 'refused' }).verdict).toBe('fail');
    });
  });
  test('A10: masking is its own claim; the views are limited without lxcfs, and differ with it', () => {
    const proc = (more: Partial<NonNullable<ProbeFacts['proc']>>) => {
      const probed = probe(
        range,
        {},
        {
          proc: {
            uptime: 9000,
            machineUptime: 9000,
            emulated: [],
            tried: { 'read /proc/kcore': 'ENOENT' },
            ...more,
          },
        },
      );
      return [judgeProcHidden(probed), judgeProcEmulated(probed)].map((claim) => claim.verdict);
    };
    expect(
      [judgeProcHidden(probe(range)), judgeProcEmulated({ error: 'timed out' })].map(
        ({ verdict, evidence }) => [verdict, evidence],
      ),
    ).toEqual([
      ['fail', 'the probe did not check'],
      ['fail', 'timed out'],
    ]);
    expect(proc({})).toEqual(['pass', 'limited']);
    expect(proc({ uptime: 1, emulated: ['/proc/uptime'] })).toEqual(['pass', 'pass']);
    expect(proc({ emulated: ['/proc/uptime'] })).toEqual(['pass', 'fail']);
    expect(proc({ tried: { 'write /proc/sysrq-trigger': 'ok' } })).toEqual(['fail', 'limited']);
    expect(proc({ tried: {} })).toEqual(['fail', 'limited']);
  });
  test('A11: one created through a mounted socket has another range, and the isolation runtime', () => {
    const maker = (text = '', started = 204) =>
      probe(range, {}, { throughSocket: { created: 201, started, id: 'a', answer: text } }).value;
    const other = probe('0 1000065536 65536');
    expect(judgeThroughSocket({ value: { maker: maker(), created: other } }).verdict).toBe('pass');
    expect(judgeThroughSocket({ value: { maker: maker(), created: probe(range) } }).verdict).toBe('fail');
    expect(judgeThroughSocket({ value: { maker: maker(), created: probe(host) } }).verdict).toBe('fail');
    expect(
      judgeThroughSocket({
        value: { maker: maker(), created: probe('0 1000065536 65536', { runtime: 'runc' }) },
      }).verdict,
    ).toBe('fail');
    expect(judgeThroughSocket({ value: { maker: maker('no such image', 0), created: null } })).toMatchObject({
      verdict: 'fail',
      evidence: 'create: 201, start: 0: no such image',
    });
    expect(
      judgeThroughSocket({
        value: {
          maker: maker('{"message":"enhanced container isolation: 已阻止 docker create"}\n', 0),
          created: null,
        },
      }),
    ).toMatchObject({
      verdict: 'not-offered',
      evidence: expect.stringMatching(/: enhanced container isolation: 已阻止 docker create$/) as unknown,
    });
    expect(
      judgeThroughSocket({ value: { maker: maker('{"message":"no space left"}', 0), created: null } }),
    ).toMatchObject({ verdict: 'fail', evidence: 'create: 201, start: 0: no space left' });
  });
  test('C: a RUN of the builder is in a range of its own', () => {
    expect(judgeBuild('C-build-buildkit', { value: probe(range).value.facts }).verdict).toBe('pass');
    expect(judgeBuild('C-build-legacy', { value: probe(host).value.facts }).verdict).toBe('fail');
    expect(judgeBuild('C-build-legacy', { error: 'no builder' })).toMatchObject({
      verdict: 'fail',
      evidence: 'no builder',
    });
  });
  test('B1, A7: only a refusal with the prefix of ECI counts (B6)', () => {
    const answer = (status: number, message: string) => [
      { request: 'pid=host', answer: { value: { status, message } } },
    ];
    expect(judgeRefused('B1-socket-refused', answer(403, 'enhanced container isolation: no')).verdict).toBe(
      'pass',
    );
    expect(judgeRefused('B1-socket-refused', answer(403, 'something else')).verdict).toBe('fail');
    expect(judgeRefused('B1-socket-refused', answer(500, 'enhanced container isolation: no')).verdict).toBe(
      'fail',
    );
    expect(
      judgeRefused('B1-socket-refused', [{ request: 'pid=host', answer: { value: null } }]),
    ).toMatchObject({
      verdict: 'fail',
      evidence: 'pid=host: was allowed',
    });
    expect(
      judgeRefused('B1-socket-refused', [{ request: 'x', answer: { error: 'no answer' } }]).verdict,
    ).toBe('fail');
    expect(judgeRefused('B1-socket-refused', []).verdict).toBe('fail');
  });
  test('with ECI off nothing passes', () => {
    const claims = judgeOff(probe(host), claimIds);
    expect(claims.map((claim) => claim.verdict)).toEqual([
      'fail',
      ...Array<string>(claimIds.length - 1).fill('not-run'),
    ]);
    expect(claims[0]?.evidence).toContain('root in the container is root on the host');
    expect(judgeOff({ error: 'x' }, claimIds).every((claim) => claim.verdict === 'not-run')).toBe(true);
  });
});
