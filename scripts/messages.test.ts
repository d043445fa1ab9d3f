import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { printedTexts, sourceTexts } from '../tests/support/message-sources.ts';
import { deny, refusalText } from '../shared/policy/decision.ts';
import { message } from '../shared/messages/message.ts';
import { loadTranslator } from '../shared/messages/translator.ts';
import { rules, type RuleCode } from '../shared/rules/index.ts';
import { chinese, sentences } from '../shared/messages/zh-CN/index.ts';
import { claimTitles, evidence } from '../shared/messages/zh-CN/claims.ts';
import { claimIds } from '../shared/verify/claims.ts';
import { operations } from '../shared/verify/operations.ts';
import { languageOfEnvironment } from '../shared/language.ts';

const translate = await loadTranslator('zh-CN');
const root = path.join(import.meta.dirname, '..');
const places = (text: string): readonly string[] => [...new Set(text.match(/\{\d+\}/g))].sort();
const list = (texts: readonly { text: string; file: string; line: number }[]) =>
  texts.map(({ text, file, line }) => `${file}:${line} ${text}`);
const all: Readonly<Record<string, string>> = { ...evidence, ...sentences };

describe('messages of engine, gateway and command line in Chinese', () => {
  test('every text of an error or a finding in the sources has its translation', () => {
    expect(
      list(
        sourceTexts(root, ['shared', 'engine', 'supervisor', 'planner', 'electron', 'cli', 'gateway']).filter(
          ({ text }) => !Object.hasOwn(all, text),
        ),
      ),
    ).toEqual([]);
  });

  test('what a share gives away, and what is wrong with a path, is told in Chinese', () => {
    const texts = printedTexts(root, ['shared/settings']).filter(
      ({ file }) => file.endsWith('shares.ts') || file.includes('lint/'),
    );
    // Subjects and beginnings of sentences that are told whole.
    const pieces = /^(?:"\*", any image,|A tag "\*" together)/;
    expect(
      list(
        texts.filter(
          ({ text }) =>
            !pieces.test(text) && !/[\u4e00-\u9fff]/.test(chinese.told(text.replaceAll(/\{\d+\}/g, 'X1'))),
        ),
      ),
    ).toEqual([]);
  });

  test('why an image may not have the socket is told in Chinese', () => {
    const texts = printedTexts(root, ['shared/policy', 'gateway/trust']).filter(({ file }) =>
      /image-trust\.ts$|registry-|docker-credentials/.test(file),
    );
    // Pieces of one sentence, tried below.
    const pieces =
      /^(?:, as it was \{0\} ago|, so the local \{0\} cannot be it|\{0\} is \{1\} at its registry\{2\}, the local image|registry digests were not refreshed)/;
    expect(
      list(
        texts.filter(
          ({ text }) =>
            !pieces.test(text) && !/[\u4e00-\u9fff]/.test(chinese.named(text.replaceAll(/\{\d+\}/g, 'X1'))),
        ),
      ),
    ).toEqual([]);
    expect(
      chinese.named(
        'busybox is sha256:1… at its registry, as it was 4 minutes ago (now no connection), the local image is sha256:2…: pull it again, or list what it is',
      ),
    ).toMatch(/^busybox 在其镜像仓库中为 sha256:1…（4 [^ ]*前/);
  });

  test('every kernel operation that is tried has its Chinese title', () => {
    expect(
      operations
        .map(({ title }) => title)
        .filter((title) => title.includes(' ') && !Object.hasOwn(all, title)),
    ).toEqual([]);
  });

  test('what probes see is told in Chinese, whole and in parts', () => {
    // Pieces of sentences that are told whole (below), and what is no evidence.
    const pieces =
      /^(?:it belongs to \{0\}|joined a protected one: \{0\} in \{1\}, \{2\}|as it|it is in \{0\}, \{1\}|enhanced container isolation:|ECI is off: uid_map "\{0\}"\{1\}|the build did not end|the probe gave no answer|no answer to a create request|bad parameter|server error|the protection could not be verified)$/;
    const texts = printedTexts(root, ['engine/verify', 'engine/targets/docker-desktop']).filter(({ file }) =>
      /verify\/(?:judge|collect|probe)|desktop\/verify/.test(file),
    );
    expect(texts.length).toBeGreaterThan(40);
    expect(
      list(
        texts.filter(
          ({ text }) =>
            !Object.hasOwn(all, text) &&
            !/[\u4e00-\u9fff]/.test(chinese.evidence(text.replaceAll(/\{\d+\}/g, 'E1'))) &&
            !pieces.test(text),
        ),
      ),
    ).toEqual([]);
    // Nothing is translated that nobody says.
    expect(Object.keys(claimTitles).sort()).toEqual([...claimIds].sort());
  });

  test.each([
    ['uid_map "0 1000000000 65536"', 'uid_map "0 1000000000 65536"'],
    ['1000000000-1000065535 and 1000065536-1000131071', '1000000000-1000065535 与 1000065536-1000131071'],
    [
      '5 of 5 refused by Enhanced Container Isolation (403): pid=host, network=host, ipc=host',
      '5 项中有 5 项被增强型容器隔离拒绝 (403)：pid=host、network=host、ipc=host',
    ],
    [
      "3 of 3 refused by Enhanced Container Isolation (403): bind of the engine's directory, read-only bind of /, bind of /etc",
      '3 项中有 3 项被增强型容器隔离拒绝 (403)：绑定挂载引擎的目录、只读绑定挂载 /、绑定挂载 /etc',
    ],
    [
      '60 of 62 refused; 1 not in this kernel; unclear: open sysrq-trigger (reboot, crash, kill) (EIO), add swap (EINVAL)',
      '62 项中有 60 项被拒绝；1 项在此内核中不存在；不明确：打开 sysrq-trigger（重启、崩溃、终止） (EIO)、添加交换空间 (EINVAL)',
    ],
    [
      '65 of 66 refused; every process of the machine is allowed one of them, since kernel.perf_event_paranoid=-1: set it to 2 to refuse it',
      '66 项中有 65 项被拒绝；主机上的任何进程都可执行其中一项，因为 kernel.perf_event_paranoid=-1：设为 2 即可拒绝',
    ],
    [
      'not tried: the user who asks can write to none of the shared directories, or not he alone: /srv (EACCES), /data (ENOENT)',
      '未尝试：发起请求的用户无法写入任何共享目录，或者其他用户也可以写入：/srv (EACCES)、/data (ENOENT)',
    ],
    [
      'as it is: EROFS, remount: EPERM, bind elsewhere, remount: EPERM',
      '直接写入：EROFS，重新挂载：EPERM，绑定挂载到别处并重新挂载：EPERM',
    ],
    ['refused (EPERM)', '拒绝 (EPERM)'],
    ['pid=host: was allowed; network=host: was allowed', 'pid=host：被允许；network=host：被允许'],
    [
      "inside: root wrote (ok) as 0:0, could write the user's file (ok) of 0:0; outside: it belongs to 1000:1000, the user is 1000",
      '内部：root 以 0:0 写入（ok），可写用户的文件（ok，属于 0:0）；外部：该文件属于 1000:1000，用户为 1000',
    ],
    [
      '/proc/uptime says 3 s, the machine is up 90000 s; emulated: /proc/uptime, /proc/meminfo',
      '/proc/uptime 显示 3 秒，主机已运行 90000 秒；模拟：/proc/uptime、/proc/meminfo',
    ],
    [
      "/proc/uptime says 90000 s, the machine is up 90000 s; /proc/uptime, /proc/meminfo and others show the machine's values, since lxcfs does not run (Debian package lxcfs). It is information, not protection",
      '/proc/uptime 显示 90000 秒，主机已运行 90000 秒；/proc/uptime、/proc/meminfo 等显示主机的数值，因为 lxcfs 未运行（Debian 软件包 lxcfs）。这只影响信息，不影响防护',
    ],
    [
      'ECI is off: uid_map "0 0 4294967295"; root in the container is root in the engine',
      'ECI 已关闭：uid_map "0 0 4294967295"；容器内的 root 就是引擎中的 root',
    ],
    [
      "inside: root wrote (EPERM) as 0:0, could write the user's file (ok) of 0:0; outside: there is no file, the user is 0",
      '内部：root 以 0:0 写入（EPERM），可写用户的文件（ok，属于 0:0）；外部：没有该文件，用户为 0',
    ],
    [
      'joined a protected one: net:[1] in user:[2], it is in net:[3], user:[4]; no unprotected one was made to ask for',
      '加入受保护的容器：user:[2] 中的 net:[1]，而对方在 net:[3]、user:[4]；未创建可供请求的未受保护容器',
    ],
    ['the probe gave no answer within 30 s', '探测程序在 30 秒内没有应答'],
    ['no answer to a create request within 30 s', '创建请求在 30 秒内没有应答'],
    ['the build did not end within 30 s', '构建在 30 秒内没有结束'],
    [
      'made through a mounted socket, asking for runc and userns=host: uid_map "0 1 2" with runtime "bulkhead"; its maker: "0 3 4"',
      '通过已挂载的套接字创建，请求 runc 和 userns=host：uid_map "0 1 2"，运行时 "bulkhead"；创建者："0 3 4"',
    ],
    ["an engine's own words, and more; of them", "an engine's own words, and more; of them"],
  ])('evidence: %s', (english, told) => {
    expect(chinese.evidence(english)).toBe(told);
  });

  test('evidence with a refusal tells it, what was asked before it, and what is said after it', () => {
    const denial = deny(
      'socket-mount',
      message('policy.mounting-docker-socket-into-image', {
        source: '/var/run/docker.sock',
        image: 'alpine',
      }),
    );
    const refusal = refusalText(denial),
      told = refusalText(denial, translate);
    expect(
      chinese.evidence(
        `a socket for the probe: 403 ${refusal}. Images on the list are not tried: what they ask for passes the same gateway`,
      ),
    ).toBe(`为探测程序提供套接字：403 ${told}。列表中的镜像未尝试：其请求经过同一个网关`);
    expect(chinese.evidence(`403 ${refusal}`)).toBe(`403 ${told}`);
    expect(
      chinese.evidence(
        `joined a protected one: net:[1] in user:[2], as it; asked for an unprotected one: 403 ${refusal}`,
      ),
    ).toBe(`加入受保护的容器：user:[2] 中的 net:[1]，与其相同；请求加入未受保护的容器：403 ${told}`);
  });

  test('a translation has the values of its English; only endings and verbs that English bends may be left away', () => {
    const different = Object.entries(all).filter(([text, translation]) => {
      const endings = new Set(
        [
          ...text.matchAll(
            /[a-z](\{\d+\})|(\{\d+\})(?=[a-z]| shared as| its namespaces| not protected)|(?<=in \{\d+\} )(\{\d+\})/g,
          ),
        ].map(([, ...found]) => found.find((one) => one !== undefined)),
      );
      return (
        places(translation).some((place) => !text.includes(place)) ||
        places(text).some((place) => !translation.includes(place) && !endings.has(place))
      );
    });
    expect(different.map(([text]) => text)).toEqual([]);
  });

  test('no English is left but names, options and what is typed', () => {
    // Command lines and fields are the same in every language.
    const kept =
      /^(?:--|docker |HostConfig\.|\{0\} \(\{1\}\)$|(?:\{0\})?, Docker Engine |\{0\} of \{1\}: \{2\}$)/;
    expect(
      Object.entries(all)
        .filter(([text, translation]) => !/[\u4e00-\u9fff]/.test(translation) && !kept.test(text))
        .map(([text]) => text),
    ).toEqual([]);
  });
});

describe('a refusal', () => {
  const denial = deny(
    'socket-mount',
    message('policy.mounting-docker-socket-into-image', { source: '/var/run/docker.sock', image: 'alpine' }),
    { detail: message('policy.there-is-no-such-container') },
  );

  test('is told alike when it comes as an English sentence from another process', () => {
    expect(chinese.told(refusalText(denial))).toBe(refusalText(denial, translate));
    expect(chinese.told(`Error response from daemon: ${refusalText(denial)}`)).toBe(
      `Error response from daemon: ${refusalText(denial, translate)}`,
    );
  });

  test('of every rule comes back from its English', () => {
    // Object.keys forgets the keys' type
    for (const rule of Object.keys(rules) as RuleCode[]) {
      const one = deny(rule, '--pid=host', { spec: 'A7' });
      expect(chinese.told(refusalText(one)), rule).toBe(refusalText(one, translate));
    }
  });
});

test('an engine\u2019s own words stay as they are', () => {
  expect(
    chinese.told('OCI runtime create failed: runc create failed: unable to start container process'),
  ).toBe('OCI runtime create failed: runc create failed: unable to start container process');
});

test('the locale decides, LC_ALL before LC_MESSAGES before LANG', () => {
  expect(languageOfEnvironment({ LANG: 'zh_CN.UTF-8' })).toBe('zh-CN');
  expect(languageOfEnvironment({ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'en_GB.UTF-8' })).toBe('en');
  expect(languageOfEnvironment({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' })).toBe('en');
  expect(languageOfEnvironment({ LC_ALL: '', LANG: 'zh_CN' })).toBe('zh-CN');
  expect(languageOfEnvironment({ LANG: 'de_DE.UTF-8' })).toBe('en');
  expect(languageOfEnvironment({})).toBe('en');
});
