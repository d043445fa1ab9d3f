import { afterEach, describe, expect, it } from 'vitest';
import { describeStatus, type StatusReport } from './status.ts';
import type { Container } from '../shared/containers/protection.ts';
import { languageOf, setLocale } from './language.ts';
import { resolveRoot } from './output.ts';
import { describeScan } from './container-list.ts';
import { describeRecreatePlan } from './recreate-text.ts';
import { errorText, translateSentence } from './text.ts';
import { message, referenceTo } from '../shared/messages/message.ts';
import { deny, refusalMessage } from '../shared/policy/decision.ts';

afterEach(() => setLocale('en'));

describe('the language of the command line', () => {
  it('is what --lang says, before BULKHEAD_LANG, before the locale; words after -- are Docker\u2019s', () => {
    expect(languageOf(['--lang', 'zh-CN', 'status'], {})).toBe('zh-CN');
    expect(languageOf(['status', '--lang=en'], { LANG: 'zh_CN.UTF-8' })).toBe('en');
    expect(languageOf(['status'], { BULKHEAD_LANG: 'zh-CN', LC_ALL: 'C' })).toBe('zh-CN');
    expect(languageOf(['explain', '--', 'run', '--lang', 'zh-CN'], { LANG: 'en_US.UTF-8' })).toBe('en');
    expect(languageOf([], { LC_MESSAGES: 'zh_CN' })).toBe('zh-CN');
  });

  it('prints errors with their reason and hint', async () => {
    const resolved = resolveRoot({}, {}, 1000);
    if (resolved.ok) throw new Error('a root was found');
    const { error } = resolved;
    expect(errorText(error)).toBe(
      'error: no engine was named: neither --root nor BULKHEAD_ROOT is set\n  ' +
        "Give the engine's directory: --root DIR.",
    );
    await setLocale('zh-CN');
    expect(errorText(error)).toBe(
      '错误：未指定引擎：未设置 --root 或 BULKHEAD_ROOT\n  请给出引擎的目录：--root DIR。',
    );
  });

  it('aligns columns: a Chinese character occupies two', async () => {
    await setLocale('zh-CN');
    const container: Container = {
      id: '0123456789ab'.padEnd(64, '0'),
      name: 'web',
      image: 'nginx',
      state: 'running',
      status: '',
      createdAt: '',
      runtime: 'bulkhead',
      protected: true,
      reason: 'own-range',
      range: { first: 100_000, last: 165_535 },
      privileged: false,
      restartPolicy: '',
      volumes: [],
      obstacles: [],
      labels: {},
    };
    const other: Container = {
      ...container,
      name: 'db-long',
      state: 'exited',
      protected: false,
      reason: 'before-eci',
      range: null,
      obstacles: ['network=host', 'docker-socket'],
    };
    expect(
      describeScan({ at: '', durationMs: 1, eci: true, containers: [container, other] }).split('\n'),
    ).toEqual([
      'ID            名称     状态    保护      原因',
      '0123456789ab  web      运行中  受保护    独立的 ID 范围 100000-165535',
      '0123456789ab  db-long  已退出  未受保护  在开启 ECI 之前创建；使用 --network=host、Docker 套接字',
      '2 个中有 1 个未受保护。',
    ]);
    const mounting: Container = { ...other, obstacles: [], unsharedMounts: ['/etc'] };
    const listed = (of: Container) =>
      describeScan({ at: '', durationMs: 1, eci: true, containers: [of] }).split('\n')[1];
    expect(listed(mounting)).toContain('在开启 ECI 之前创建；挂载了未共享的 /etc');
    await setLocale('en');
    expect(listed(mounting)).toContain('created before ECI was turned on; mounts /etc, which is not shared');
    expect(listed({ ...other, unsharedMounts: ['/etc', '/srv'] })).toContain(
      'uses --network=host, the Docker socket; mounts /etc, /srv, which are not shared',
    );
  });

  it("shows the gateway's refusals of a recreation in a plan, also during an apply", async () => {
    await setLocale('zh-CN');
    const refusal = refusalMessage(deny('bind-not-shared', message('policy.bind-mount', { source: '/etc' })));
    const item = {
      id: 'c'.repeat(64),
      name: 'bad',
      image: 'busybox',
      running: true,
      unchanged: false,
      commit: false,
      written: null,
      changes: [],
      lost: [],
      blockers: [
        {
          code: 'refused' as const,
          params: { rule: 'bind-not-shared', message: refusal.text },
          sentence: referenceTo(refusal),
        },
      ],
    };
    expect(
      describeRecreatePlan({ blocked: true, groups: [[item]] })
        .split('\n')
        .slice(1),
    ).toEqual([
      '   阻碍因素',
      expect.stringMatching(
        /^ {3}- enhanced container isolation: .*\/etc.*管理员可以.*filesharingAllowedDirectories/,
      ),
    ]);
    expect(translateSentence(message('apply.recreation-denied', { list: 'bad, worse' }))).toBe(
      '按照这些设置，网关拒绝重新创建 bad, worse。请更改随其列出的设置，或保持该容器不变。',
    );
  });

  it('prints the protection sentence', async () => {
    await setLocale('zh-CN');
    const engine = {
      phase: 'stopped',
      version: null,
      socket: '/x/docker.sock',
      problem: null,
    } as StatusReport['engine']; // the parts that the texts use
    const report: StatusReport = {
      engine,
      protection: 'stopped',
      enforcement: { difference: null } as StatusReport['enforcement'], // the parts that the texts use
      eci: false,
      audit: false,
      killed: [],
      unprotected: null,
      verification: null,
      appliedVersion: 3,
      draftDiffers: true,
      apply: null,
      recreation: null,
      olderSettings: null,
      settingsProblem: null,
      preferredOff: null,
    };
    expect(describeStatus(report)).toBe(
      '引擎已停止：没有运行，也没有检查\n启动引擎：bulkhead engine start\n  引擎      已停止\n  套接字    unix:///x/docker.sock\n  ' +
        '设置      版本 3，草稿有所不同 (bulkhead plan)',
    );
  });
});
