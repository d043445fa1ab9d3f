import { describe, expect, it } from 'vitest';
import { nothingWatched, watchScan } from './appeared.ts';
import type { Container, ContainerScan } from './protection.ts';

const one = (
  id: string,
  isProtected: boolean,
  reason: Container['reason'] = isProtected ? 'own-range' : 'past-gateway',
): Container => ({
  id,
  name: id,
  image: 'i',
  state: 'running',
  status: 'Up',
  createdAt: '2026-01-01T00:00:00Z',
  runtime: 'r',
  protected: isProtected,
  reason,
  range: null,
  privileged: false,
  restartPolicy: 'no',
  volumes: [],
  obstacles: [],
  labels: {},
});
const scan = (containers: Container[], eci = true, at = '2026-01-01T10:00:00Z'): ContainerScan => ({
  at,
  durationMs: 1,
  eci,
  containers,
});

describe('unprotected containers that appear later', () => {
  it('are not reported if audit mode let them through, nor when it ends', () => {
    const first = watchScan(nothingWatched, scan([]));
    const audited = scan([one('audited', false, 'audit-mode')]);
    const second = watchScan(first, { ...audited, audit: true });
    expect(second.appeared).toBeNull();
    expect(watchScan(second, audited).appeared).toBeNull();
  });

  it('are not reported if audit mode let them through, and they are replaced afterwards', () => {
    const first = watchScan(nothingWatched, { ...scan([one('old', false, 'audit-mode')]), audit: true });
    expect(watchScan(first, scan([one('old', false, 'replaced')])).appeared).toBeNull();
  });

  it('are reported if they are first seen after audit mode, or turn out to be made after it', () => {
    const first = watchScan(nothingWatched, { ...scan([]), audit: true });
    expect(watchScan(first, scan([one('new', false, 'audit-mode')])).appeared?.ids).toEqual(['new']);
    const second = watchScan(first, { ...scan([one('late', false, 'audit-mode')]), audit: true });
    expect(watchScan(second, scan([one('late', false)])).appeared?.ids).toEqual(['late']);
  });

  it('are reported once, and not those of the first scan', () => {
    const first = watchScan(nothingWatched, scan([one('old', false)]));
    expect(first.appeared).toBeNull();
    const second = watchScan(first, scan([one('old', false), one('new', false), one('fine', true)]));
    expect(second.appeared).toEqual({ ids: ['new'], since: '2026-01-01T10:00:00Z' });
    // Acknowledged: nothing is pending, and it is not reported again.
    expect(
      watchScan({ ...second, appeared: null }, scan([one('old', false), one('new', false)])).appeared,
    ).toBeNull();
  });

  it('wait until they are acknowledged, gone, or protected', () => {
    const watched = watchScan(watchScan(nothingWatched, scan([])), scan([one('a', false), one('b', false)]));
    const later = watchScan(watched, scan([one('b', false), one('c', false)], true, '2026-01-01T11:00:00Z'));
    expect(later.appeared).toEqual({ ids: ['b', 'c'], since: '2026-01-01T10:00:00Z' });
    expect(watchScan(later, scan([one('b', true)])).appeared).toBeNull();
  });

  it('are not reported while ECI is off, nor when it is turned on afterwards', () => {
    const off = watchScan(
      watchScan(nothingWatched, scan([], false)),
      scan([one('a', false, 'eci-off')], false),
    );
    expect(off.appeared).toBeNull();
    expect(watchScan(off, scan([one('a', false, 'before-eci')])).appeared).toBeNull();
  });

  it('are reported only once they could be inspected', () => {
    const start = watchScan(nothingWatched, scan([]));
    const unknown = watchScan(start, scan([one('a', false, 'unknown')]));
    expect(unknown.appeared).toBeNull();
    expect(watchScan(unknown, scan([one('a', false)])).appeared?.ids).toEqual(['a']);
  });
});
