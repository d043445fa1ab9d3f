import { describe, expect, it } from 'vitest';
import type { StoredAuditEntry } from '../audit/entry.ts';
import type { Container, ContainerScan } from '../containers/protection.ts';
import { createNotices, failedNotice, type EngineFacts, type Notice, type NoticeKind } from './notices.ts';
import { message } from '../messages/message.ts';
import { loadTranslator } from '../messages/translator.ts';
import { fail } from '../result.ts';
import { desktopLabels } from './labels.ts';

/** Notices with a clock that the test controls. */
function recordNotices(
  options: { inFront?: boolean; off?: readonly NoticeKind[]; language?: 'en' | 'zh-CN' } = {},
) {
  const shown: Notice[] = [];
  const timers = new Set<{ at: number; act: () => void }>();
  let now = 0;
  const notices = createNotices({
    labels: () => desktopLabels(options.language ?? 'en', ''),
    isEnabled: (kind) => options.off?.includes(kind) !== true,
    inFront: () => options.inFront === true,
    show: (notice) => {
      shown.push(notice);
    },
    quietMs: 30,
    schedule: (act, ms) => {
      const timer = { at: now + ms, act };
      timers.add(timer);
      return {
        cancel: () => {
          timers.delete(timer);
        },
      };
    },
  });
  const pass = (ms: number) => {
    for (const end = now + ms; now < end;) {
      now++;
      for (const timer of [...timers])
        if (timer.at <= now) {
          timers.delete(timer);
          timer.act();
        }
    }
  };
  return { notices, shown, pass };
}
const denial = (what: string, more: Partial<StoredAuditEntry> = {}): StoredAuditEntry => ({
  id: `r-${what.length}`,
  time: '2026-11-25T10:00:00Z',
  outcome: 'deny',
  rule: 'bind-not-shared',
  setting: null,
  what,
  message: `${what} is blocked`,
  client: { uid: 1000, pid: 1 },
  method: 'POST',
  target: '/containers/create',
  ...more,
});
const container = (name: string, isProtected: boolean): Container => ({
  id: name,
  name,
  image: 'i',
  state: 'running',
  status: '',
  createdAt: '',
  runtime: '',
  protected: isProtected,
  reason: 'past-gateway',
  range: null,
  privileged: false,
  restartPolicy: 'no',
  volumes: [],
  obstacles: [],
  labels: {},
});
const scan = (containers: Container[], eci = true): ContainerScan => ({
  at: '',
  durationMs: 1,
  eci,
  containers,
});
const facts = (more: Partial<EngineFacts> = {}): EngineFacts => ({
  phase: 'ready',
  broken: false,
  protection: 'protected',
  enforcedBy: 'gateway',
  gap: null,
  scan: null,
  expected: false,
  ...more,
});

describe('a denial', () => {
  it('is shown at once, with its subject, and opens its entry', () => {
    const { notices, shown } = recordNotices();
    notices.decided([denial('bind mount of /etc', { id: 'a-7' })]);
    expect(shown).toEqual([
      {
        kind: 'denied',
        title: 'Denied: bind mount of /etc',
        body: 'bind mount of /etc is blocked',
        place: { page: 'activity', params: { entry: 'a-7' } },
      },
    ]);
  });

  it("that a verification caused itself is not shown; another client's among them is", () => {
    const { notices, shown, pass } = recordNotices();
    const probes: Partial<StoredAuditEntry> = {
      client: { uid: 0, pid: 7 },
      origin: { kind: 'clients' },
      image: 'bulkhead/probe:3',
    };
    notices.decided([denial('--pid=host', probes), denial('the Docker socket', probes)]);
    pass(1000);
    expect(shown).toEqual([]);
    notices.decided([
      denial('--pid=host', probes),
      denial('bind mount of /etc'),
      denial('the Docker socket', probes),
    ]);
    pass(1000);
    expect(shown.map(({ title }) => title)).toEqual(['Denied: bind mount of /etc']);
  });

  it('passes no markup to the desktop, whatever name a client chose', () => {
    const { notices, shown } = recordNotices();
    notices.decided([denial('bind mount of /<a href="http://x/">here</a>')]);
    expect(`${shown[0]?.title}${shown[0]?.body}`).not.toMatch(/[<>]/);
  });

  it('that follows soon after another is shown once, together with all others, with counts', () => {
    const { notices, shown, pass } = recordNotices();
    notices.decided([denial('--pid=host')]);
    for (let n = 0; n < 5000; n++)
      notices.decided([denial(n % 10 === 0 ? 'the Docker socket' : 'bind mount of /etc')]);
    pass(29);
    expect(shown).toHaveLength(1);
    pass(1);
    expect(shown).toHaveLength(2);
    expect(shown[1]).toMatchObject({
      title: '5,000 requests denied',
      place: { page: 'activity', params: { filter: 'denied' } },
    });
    expect(shown[1]?.body).toMatch(/^bind mount of \/etc \(\d+ times\)\nthe Docker socket \(\d+ times\)$/);
    pass(1000);
    expect(shown).toHaveLength(2);
  });

  it('is limited to one notification per pause', () => {
    const { notices, shown, pass } = recordNotices();
    for (let n = 0; n < 300; n++) {
      notices.decided([denial(`${n}`)]);
      pass(1);
    }
    expect(shown.length).toBeLessThanOrEqual(11);
  });

  it('is not shown if the window is in front, if it is turned off, or without denials', () => {
    for (const options of [{ inFront: true }, { off: ['denied'] as const }]) {
      const { notices, shown, pass } = recordNotices(options);
      notices.decided([denial('x'), denial('y')]);
      pass(100);
      expect(shown).toEqual([]);
    }
    const { notices, shown } = recordNotices();
    notices.decided([
      denial('x', { outcome: 'would-deny' }),
      denial('y', { outcome: 'rewrite' }),
      denial('z', { outcome: 'allow' }),
    ]);
    expect(shown).toEqual([]);
  });

  it('shows a hostile name as one short line', () => {
    const { notices, shown } = recordNotices();
    notices.decided([denial(`bind mount of /a\n\u202ereversed\u0000${'x'.repeat(300)}`)]);
    expect(shown[0]?.title).toMatch(/^Denied: bind mount of \/a reversed x+…$/);
    expect(shown[0]?.title.length).toBeLessThan(100);
  });

  it('is shown in Chinese', () => {
    const { notices, shown } = recordNotices({ language: 'zh-CN' });
    notices.decided([denial('--pid=host')]);
    expect(shown[0]?.title).toBe('已拒绝：--pid=host');
  });
});

describe('an unprotected container', () => {
  it('is reported when it appears, not if it existed at the first scan', () => {
    const { notices, shown } = recordNotices();
    notices.engine(facts({ scan: scan([container('old', false)]) }));
    notices.engine(facts({ scan: scan([container('old', false), container('web', true)]) }));
    expect(shown).toEqual([]);
    notices.engine(facts({ scan: scan([container('old', false), container('new', false)]) }));
    expect(shown).toMatchObject([
      {
        kind: 'unprotected',
        title: 'new is not protected',
        place: { page: 'containers', params: { show: 'unprotected' } },
      },
    ]);
  });

  it('is not reported while ECI is off, when it has just been turned on, and during an apply', () => {
    const { notices, shown } = recordNotices();
    notices.engine(facts({ protection: 'off', scan: scan([], false) }));
    notices.engine(facts({ protection: 'off', scan: scan([container('a', false)], false) }));
    notices.engine(facts({ scan: scan([container('a', false)]) }));
    notices.engine(facts({ expected: true, scan: scan([container('a', false), container('b', false)]) }));
    expect(shown).toEqual([]);
  });

  it('of another engine is not reported', () => {
    const { notices, shown } = recordNotices();
    notices.engine(facts({ scan: scan([]) }));
    notices.reset();
    notices.engine(facts({ scan: scan([container('theirs', false)]) }));
    expect(shown).toEqual([]);
  });
});

describe('the protection', () => {
  it('that is not verified any more is shown, once', () => {
    const { notices, shown } = recordNotices();
    notices.engine(facts());
    notices.engine(facts({ protection: 'unverified' }));
    notices.engine(facts({ protection: 'unverified' }));
    expect(shown).toMatchObject([{ kind: 'protection', title: 'Protection is not verified any more' }]);
  });

  it.each([
    ['off', 'Protection is off'],
    ['audit', 'Rules deny nothing any more'],
  ] as const)('that is %s although nobody here turned it off is shown, once', (protection, title) => {
    for (const before of ['protected', 'unverified'] as const) {
      const { notices, shown } = recordNotices();
      notices.engine(facts({ protection: before }));
      notices.engine(facts({ protection }));
      notices.engine(facts({ protection }));
      expect(shown).toMatchObject([{ kind: 'protection', title, place: { page: 'overview' } }]);
    }
  });

  it('that is off after a restart of the engine is shown: some read settings only at their start', () => {
    const { notices, shown } = recordNotices();
    notices.engine(facts());
    notices.engine(facts({ phase: 'starting', protection: 'stopped' }));
    notices.engine(facts({ protection: 'off' }));
    expect(shown).toMatchObject([{ kind: 'protection', title: 'Protection is off' }]);
  });

  it('that is lost soon after another notice is shown later, if it is still lost then', () => {
    for (const [last, count] of [
      ['off', 2],
      ['protected', 1],
    ] as const) {
      const { notices, shown, pass } = recordNotices();
      notices.engine(facts());
      notices.engine(facts({ phase: 'failed', protection: 'stopped' }));
      notices.engine(facts({ protection: 'off' }));
      expect(shown).toMatchObject([{ title: 'The engine stopped unexpectedly' }]);
      notices.engine(facts({ protection: last }));
      pass(31);
      pass(31);
      expect(shown).toHaveLength(count);
      expect(shown.at(-1)?.title).toBe(count === 2 ? 'Protection is off' : 'The engine stopped unexpectedly');
    }
  });

  it('is not called off while the gateway does not respond, nor after that', () => {
    const { notices, shown } = recordNotices();
    notices.engine(facts());
    notices.engine(facts({ enforcedBy: 'nothing', protection: 'off' }));
    notices.engine(facts());
    expect(shown).toEqual([]);
  });

  it.each([
    ['bypassed', 'Clients can reach the engine past the gateway'],
    ['otherRuntime', 'Classic builds are denied'],
  ] as const)('that does not count any more is explained: %s', (gap, title) => {
    const { notices, shown } = recordNotices();
    notices.engine(facts());
    notices.engine(facts({ protection: 'unverified', gap }));
    expect(shown).toMatchObject([{ kind: 'protection', title }]);
  });

  it('that was turned off here, or of an engine that has just started, is not shown', () => {
    const { notices, shown } = recordNotices();
    notices.engine(facts());
    notices.engine(facts({ expected: true, protection: 'off' }));
    notices.engine(facts({ protection: 'off' }));
    notices.reset();
    notices.engine(facts({ phase: 'starting', protection: 'stopped' }));
    notices.engine(facts({ protection: 'off' }));
    expect(shown).toEqual([]);
  });

  it('is shown for a failed engine or a killed supervisor, not for an engine that a user stopped', () => {
    for (const [to, count] of [
      [{ phase: 'failed' }, 1],
      [{ phase: 'stopped', broken: true }, 1],
      [{ phase: 'stopped', broken: true, expected: true }, 0],
      [{ phase: 'stopped' }, 0],
      [{ phase: 'stopping' }, 0],
    ] as const) {
      const { notices, shown } = recordNotices();
      notices.engine(facts());
      notices.engine(facts({ protection: 'stopped', ...to }));
      notices.engine(facts({ protection: 'stopped', phase: 'stopped' }));
      expect(shown, JSON.stringify(to)).toHaveLength(count);
    }
  });

  it('of an engine that stops and starts repeatedly is shown once per pause', () => {
    const { notices, shown, pass } = recordNotices();
    for (let n = 0; n < 20; n++) {
      notices.engine(facts());
      notices.engine(facts({ phase: 'failed', protection: 'stopped' }));
    }
    expect(shown).toHaveLength(1);
    pass(30);
    notices.engine(facts());
    notices.engine(facts({ phase: 'failed', protection: 'stopped' }));
    expect(shown).toHaveLength(2);
  });
});

it('a failed request of the tray is shown with reason and hint, in one language', async () => {
  const { error } = fail('rights.not-root', message('app.authorization-denied'), {
    hint: message('app.enter-password'),
  });
  expect(
    failedNotice(desktopLabels('en', ''), 'verify', { ...error, reason: '<b>' }, await loadTranslator('en')),
  ).toEqual({
    title: 'The protection could not be verified',
    body: 'administrator rights were not given\n‹b›\nTry again and enter the password.',
    place: { page: 'overview', params: {} },
  });
  expect(
    failedNotice(desktopLabels('zh-CN', ''), 'start', error, await loadTranslator('zh-CN')),
  ).toMatchObject({
    title: '未能启动引擎',
    body: '未获得管理员权限\n请重试并输入密码。',
  });
});
