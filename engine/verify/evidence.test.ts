import { joinMessages } from '../../shared/messages/join-messages.ts';
import { expect, test } from 'vitest';
import { message } from '../../shared/messages/message.ts';
import { loadTranslator } from '../../shared/messages/translator.ts';
import { claimSchema, type Claim } from '../../shared/verify/claims.ts';
import { operations } from '../../shared/verify/operations.ts';
import { makeItem, ProbeError, probeErrorText } from './evidence.ts';
import {
  judgeProcEmulated,
  judgeReadOnly,
  judgeShared,
  judgeSharing,
  judgeThroughSocket,
} from './judge-mounts.ts';
import { judgePrivileged } from './judge-privileged.ts';
import { judgeExclusiveRange, judgeOff, judgeRefused, judgeUserNamespace } from './judge.ts';
import type { ProbeFacts, ProbeResult } from './probe-container.ts';

const translate = await loadTranslator('zh-CN');
const range = '0 1000000000 65536';

const result = (facts: Partial<ProbeFacts> = {}): ProbeResult => ({
  id: 'c',
  facts: { uid: 0, uidMap: range, gidMap: range, namespaces: {}, ...facts },
  runtime: 'bulkhead',
  usernsMode: '',
  outsideMap: null,
});
const observed = (facts?: Partial<ProbeFacts>) => ({ value: result(facts) });

/** English and Chinese of a claim's evidence, after the record was written and read. */
function texts(claim: Claim | undefined): readonly string[] {
  const { evidence, sentence } = claimSchema.parse(JSON.parse(JSON.stringify(claim)));
  return [evidence, translate(sentence === undefined ? evidence : { ...sentence, text: evidence })];
}

const refusal = (requested: Parameters<typeof makeItem>[0], text = 'enhanced container isolation: no') => ({
  request: requested,
  answer: { value: { status: 403, message: text } },
});
const confined = Object.fromEntries(
  operations.map(({ id, kind }) => [id, kind === 'local' ? 'ok' : 'EPERM']),
);

test.each([
  [judgeUserNamespace(observed()), `uid_map "${range}"`, `uid_map "${range}"`],
  [
    judgeExclusiveRange(observed(), observed({ uidMap: '0 1000065536 65536', gidMap: '0 1000065536 65536' })),
    '1000000000-1000065535 and 1000065536-1000131071',
    '1000000000-1000065535 与 1000065536-1000131071',
  ],
  [
    judgeRefused('A8-engine-directories-refused', [
      refusal('pid=host'),
      refusal(message('evidence.bind-root-read-only')),
      refusal(message('evidence.bind', { source: '/etc' })),
    ]),
    '3 of 3 denied by Enhanced Container Isolation (403): pid=host, read-only bind of /, bind of /etc',
    '3 项中有 3 项被增强型容器隔离拒绝 (403)：pid=host、只读绑定挂载 /、绑定挂载 /etc',
  ],
  [
    judgeRefused('B1-socket-refused', [
      { request: 'pid=host', answer: { value: null } },
      { request: message('evidence.socket-for-probe'), answer: { error: 'an engine' } },
    ]),
    'pid=host: was allowed; a socket for the probe: an engine',
    'pid=host：被允许；为探测程序提供套接字：an engine',
  ],
  [
    judgePrivileged(
      observed({
        operations: { ...confined, 'sysrq-trigger': 'EIO', 'start-swap': 'EINVAL', 'set-time': 'ENOSYS' },
      }),
    )[1],
    '63 of 66 refused; 1 not in this kernel; wrong: open sysrq-trigger (reboot, crash, kill) (EIO), ' +
      'add swap (EINVAL)',
    '66 项中有 63 项被拒绝；1 项在此内核中不存在；不符：打开 sysrq-trigger（重启、崩溃、终止） (EIO)、添加交换空间 (EINVAL)',
  ],
  [
    judgeReadOnly({
      value: {
        probe: result({
          readOnly: {
            written: false,
            'as it is': 'EROFS',
            remount: 'EPERM',
            'bind elsewhere, remount': 'EPERM',
          },
        }),
        readOnlyChanged: false,
      },
    }),
    'as it is: EROFS, remount: EPERM, bind elsewhere, remount: EPERM',
    '直接写入：EROFS，重新挂载：EPERM，绑定挂载到别处并重新挂载：EPERM',
  ],
  [
    judgeShared({
      value: {
        probe: result({ shared: { write: 'ok', owner: '0:0', read: 'ok', givenOwner: '0:0' } }),
        writtenBy: null,
        readOnlyChanged: false,
        user: 0,
      },
    }),
    "inside: root wrote (ok) as 0:0, could write the user's file (ok) of 0:0; " +
      'outside: there is no file, the user is 0',
    '内部：root 以 0:0 写入（ok），可写用户的文件（ok，属于 0:0）；外部：没有该文件，用户为 0',
  ],
  [
    judgeProcEmulated(
      observed({
        proc: { uptime: 3, machineUptime: 90000, emulated: ['/proc/uptime', '/proc/meminfo'], tried: {} },
      }),
    ),
    '/proc/uptime reports 3 s, the host is up 90000 s; emulated: /proc/uptime, /proc/meminfo',
    '/proc/uptime 显示 3 秒，主机已运行 90000 秒；模拟：/proc/uptime、/proc/meminfo',
  ],
  [
    judgeSharing(
      observed({ namespaces: { net: 'net:[3]', user: 'user:[4]' } }),
      observed({ namespaces: { net: 'net:[1]', user: 'user:[2]' } }),
      null,
    ),
    'joined a protected one: net:[1] in user:[2], it is in net:[3], user:[4]; ' +
      'joining an unprotected one was not tried: none was created',
    '加入受保护的容器：user:[2] 中的 net:[1]，而对方在 net:[3]、user:[4]；未尝试加入未受保护的容器：没有创建这样的容器',
  ],
  [
    judgeThroughSocket({
      value: {
        maker: result({ throughSocket: { created: 201, started: 204, id: 'a', answer: '' } }),
        created: observed({ uidMap: '0 1 2' }),
      },
    }),
    'created through a mounted socket, requesting runc and userns=host: ' +
      `uid_map "0 1 2" with runtime "bulkhead"; its creator: "${range}"`,
    `通过已挂载的套接字创建，请求 runc 和 userns=host：uid_map "0 1 2"，运行时 "bulkhead"；创建者："${range}"`,
  ],
  [
    judgeOff(observed({ uidMap: '0 0 4294967295' }), ['A2-user-namespace'])[0],
    'ECI is off: uid_map "0 0 4294967295"; root in the container is root on the host',
    'ECI 已关闭：uid_map "0 0 4294967295"；容器内的 root 就是主机上的 root',
  ],
])('evidence in English and Chinese: $evidence', (claim, english, chinese) => {
  expect(texts(claim)).toEqual([english, chinese]);
});

test('a claim of an earlier version, which has no sentences, is read and shown in English', () => {
  const old = {
    id: 'A5-privileged-confined',
    verdict: 'pass',
    evidence: '66 of 66 refused',
    items: [{ title: 'set the clock', seen: 'refused (EPERM)', good: true }],
  };
  expect(claimSchema.parse(old)).toEqual(old);
  expect(texts(claimSchema.parse(old))).toEqual([old.evidence, old.evidence]);
});

test('items refer to their sentences, and messages of an engine have none', () => {
  expect(judgePrivileged(observed({ operations: confined }))[1]?.items?.[0]).toEqual({
    title: 'load a kernel module',
    seen: 'refused (EPERM)',
    good: true,
    sentences: {
      title: { id: 'operations.load-module' },
      seen: { id: 'evidence.refused', params: { error: 'EPERM' } },
    },
  });
  expect(makeItem('pid=host', 'no', true)).toEqual({ title: 'pid=host', seen: 'no', good: true });
});

test('the reason of a failed probe stays a sentence', () => {
  const reason = message('evidence.no-probe-answer', { seconds: 30 });
  expect(probeErrorText(new ProbeError(reason))).toEqual(reason);
  expect(translate(reason)).toBe('探测程序在 30 秒内没有应答');
  expect(probeErrorText(new Error('connection refused'))).toBe('connection refused');
});

test('a list of every operation stays short in the record', () => {
  const [, claim] = judgePrivileged(observed({ operations: {} }));
  expect(claim?.verdict).toBe('fail');
  expect(JSON.stringify(claim?.sentence).length).toBeLessThan(60_000);
  expect(joinMessages('enumeration', [])).toBe('');
});
