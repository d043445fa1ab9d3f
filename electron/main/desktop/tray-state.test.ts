import { describe, expect, it, vi } from 'vitest';
import { desktopLabels } from '../../../shared/desktop/labels.ts';
import { noPolicyFacts } from '../../../shared/enforcement/policy-facts.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import { targetCapabilities } from '../../../renderer/dev/app-fixture.ts';
import type { TargetKind } from '../../../shared/engine-status/kinds.ts';
import { claimIds } from '../../../shared/verify/claims.ts';

vi.mock('electron', () => ({ Menu: {}, Tray: Object, nativeImage: {}, app: {} }));
const { factsOf, trayState } = await import('./tray-state.ts');
const { trayMenu } = await import('./tray.ts');

const now = Date.parse('2026-11-25T12:00:00Z');
const text = (value: boolean) =>
  JSON.stringify({ configurationFileVersion: 2, enhancedContainerIsolation: { value, locked: true } });
/** Only the parts that the tray uses of an AppState. */
const state = (
  more: {
    phase?: string;
    eci?: boolean;
    verified?: boolean;
    busy?: Partial<AppState['busy']>;
    kind?: TargetKind;
    run?: unknown;
    problem?: unknown;
    unprotected?: number;
    garbage?: boolean;
  } = {},
): AppState =>
  ({
    target: { capabilities: targetCapabilities[more.kind ?? 'embedded'] },
    engine: { phase: more.phase ?? 'ready', problem: more.problem ?? null, gatewayUp: true },
    settings: {
      applied: more.garbage === true ? 'garbage' : text(more.eci ?? true),
      exists: true,
      readError: null,
      policyFacts: noPolicyFacts,
    },
    verification:
      more.verified === false
        ? null
        : {
            at: new Date(now - 60_000).toISOString(),
            durationMs: 1,
            eci: true,
            claims: claimIds.map((id) => ({ id, verdict: 'pass', evidence: '' })),
          },
    scan: {
      at: '',
      durationMs: 1,
      eci: true,
      containers: Array.from({ length: more.unprotected ?? 0 }, (_, n) => ({
        id: String(n),
        name: String(n),
        protected: false,
        reason: 'before-eci',
      })),
    },
    run: more.run ?? null,
    recreation: null,
    removal: null,
    busy: { scanning: false, verifying: false, engine: null, beginning: false, ...more.busy },
  }) as unknown as AppState;
const labels = desktopLabels('en', '');
const of = (more: Parameters<typeof state>[0] = {}) => trayState(state(more), labels, now);

describe('the tray', () => {
  it.each([
    [{}, 'protected', 'Protected'],
    [{ unprotected: 2 }, 'protected', 'Protected, except 2 containers'],
    [{ verified: false }, 'unverified', 'On, not verified'],
    [{ eci: false }, 'off', 'ECI off'],
    [{ garbage: true }, 'failed', 'Settings file unusable'],
    [{ phase: 'stopped' }, 'stopped', 'Engine stopped'],
    [{ phase: 'failed' }, 'failed', 'Engine failed'],
    [{ phase: 'unreachable' }, 'unverified', 'No response from the engine'],
    [{ phase: 'starting' }, 'working', 'Working'],
    [{ run: { activity: 'applying' } }, 'working', 'Working'],
    [{ busy: { engine: 'stopping' as const } }, 'working', 'Working'],
  ])('of %j has a shape and words of its own', (more, icon, sentence) => {
    expect(of(more)).toMatchObject({ icon, sentence });
  });

  it('offers the actions that are possible now, and nothing else', () => {
    expect(of()).toMatchObject({ canVerify: true, engine: 'stop' });
    expect(of({ phase: 'stopped' })).toMatchObject({ canVerify: false, engine: 'start' });
    expect(of({ run: { activity: 'applying' } })).toMatchObject({ canVerify: false, engine: null });
    expect(of({ busy: { verifying: true } })).toMatchObject({ canVerify: false });
    expect(of({ kind: 'docker-engine' })).toMatchObject({ engine: null, canVerify: false });
  });

  it("follows, verifies, stops and starts the machine's own engine behind the gateway", () => {
    const kind = 'system';
    expect(of({ kind })).toMatchObject({ icon: 'protected', canVerify: true, engine: 'stop' });
    expect(of({ kind, phase: 'stopped' })).toMatchObject({
      icon: 'stopped',
      canVerify: false,
      engine: 'start',
    });
    expect(of({ kind, phase: 'failed' })).toMatchObject({ icon: 'failed', engine: 'start' });
  });

  it('neither starts nor stops Docker Desktop, which has an icon of its own', () => {
    expect(of({ kind: 'docker-desktop' })).toMatchObject({ engine: null, canVerify: true });
  });

  it('has a menu whose items do what their labels state', () => {
    const done: string[] = [];
    const menu = trayMenu(of(), 'box', labels, {
      open: () => done.push('open'),
      verify: () => done.push('verify'),
      start: () => done.push('start'),
      stop: () => done.push('stop'),
      quit: () => done.push('quit'),
    });
    expect(menu.map((item) => item.label ?? item.type)).toEqual([
      'box: Protected',
      'separator',
      'Open Bulkhead',
      'Verify now',
      'Stop engine…',
      'separator',
      'Quit',
    ]);
    // None of them uses the arguments that Electron passes.
    for (const item of menu) (item.click as (() => void) | undefined)?.();
    expect(done).toEqual(['open', 'verify', 'stop', 'quit']);
  });
});

describe('the facts that notices depend on', () => {
  it('distinguish what was requested from what happened', () => {
    expect(factsOf(state({ busy: { engine: 'stopping' } }), now)).toMatchObject({ expected: true });
    expect(
      factsOf(
        state({ phase: 'stopped', problem: { message: 'the supervisor ended unexpectedly', logTail: [] } }),
        now,
      ),
    ).toMatchObject({ phase: 'stopped', broken: true, expected: false });
  });
});
