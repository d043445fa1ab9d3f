import { describe, expect, it } from 'vitest';
import { claimIds, type Verification } from '../verify/claims.ts';
import { atLeast, coverageFor, workloadIds, type CoverageFacts, type WorkloadId } from './coverage.ts';
import { displayedState, rowEvidence } from './evidence.ts';

const state = (facts: CoverageFacts, workload: WorkloadId) =>
  coverageFor(facts).find((row) => row.workload === workload)?.state;
const desktop = (
  version: string | null,
  virtualMachine: 'vm' | 'wsl2' | 'hyper-v' = 'vm',
): CoverageFacts => ({ eci: true, desktop: { version, virtualMachine } });
const embedded: CoverageFacts = { eci: true, backend: 'exclusive', socketMounts: true };

describe('coverage on an engine with a gateway (C)', () => {
  it('protects what is run and built, refuses ways around it, and not existing containers', () => {
    expect(Object.fromEntries(coverageFor(embedded).map((row) => [row.workload, row.state]))).toEqual({
      'run-create': 'protected',
      'build-docker-driver': 'protected',
      'build-container-driver': 'protected',
      'socket-started': 'protected',
      'socket-mount': 'protected',
      'socket-derived-images': 'protected',
      'socket-any-image': 'protected',
      'kind-nodes': 'protected',
      'build-host-network': 'not-allowed',
      'swarm-plugins': 'not-allowed',
      'created-before': 'unprotected',
      'kubernetes-kubeadm': 'not-on-this-engine',
      extensions: 'not-on-this-engine',
      'dev-environments': 'not-on-this-engine',
      'docker-debug': 'not-on-this-engine',
      'windows-containers': 'not-on-this-engine',
      'virtual-machine': 'not-on-this-engine',
    });
  });

  it('allows no socket mount and starts nothing through one if no image may mount it', () => {
    expect(state({ ...embedded, socketMounts: false }, 'socket-started')).toBe('not-allowed');
    expect(state({ ...embedded, socketMounts: false }, 'socket-mount')).toBe('not-allowed');
  });

  it('claims exclusive ranges for the exclusive backend only (A3)', () => {
    const claims = (facts: CoverageFacts) =>
      coverageFor(facts).find((row) => row.workload === 'run-create')?.claims;
    expect(claims(embedded)).toContain('A3-exclusive-range');
    expect(claims({ eci: true, backend: 'sysbox', socketMounts: true })).not.toContain('A3-exclusive-range');
  });

  it.each([embedded, desktop('4.40.0', 'hyper-v')])(
    'shows nothing as protected or refused while ECI is off',
    (facts) => {
      const rows = coverageFor({ ...facts, eci: false });
      expect(rows.length).toBe(coverageFor(facts).length);
      expect(rows.filter((row) => row.state !== 'unprotected' && row.state !== 'not-on-this-engine')).toEqual(
        [],
      );
      expect(rows.find((row) => row.workload === 'run-create')?.state).toBe('unprotected');
    },
  );

  it.each([embedded, desktop('4.40.0'), desktop('4.40.0', 'wsl2')])(
    'gives a probe its claims, in the order of the table',
    (facts) => {
      const rows = coverageFor(facts);
      for (const row of rows) expect(row.claims.length > 0).toBe(row.basis === 'probe');
      const order = rows.map((row) => workloadIds.indexOf(row.workload));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    },
  );
});

describe('coverage on Docker Desktop (C)', () => {
  it.each<[WorkloadId, string | null, 'vm' | 'wsl2' | 'hyper-v', string]>([
    ['build-docker-driver', '4.29.0', 'vm', 'unprotected'],
    ['build-docker-driver', '4.30.0', 'vm', 'protected'],
    ['build-docker-driver', '4.30.0', 'hyper-v', 'protected'],
    ['build-docker-driver', '4.40.0', 'wsl2', 'unprotected'],
    ['build-docker-driver', null, 'vm', 'unprotected'],
    ['build-container-driver', '4.18.0', 'wsl2', 'unprotected'],
    ['build-container-driver', '4.19.0', 'wsl2', 'protected'],
    ['socket-derived-images', '4.33.1', 'vm', 'not-allowed'],
    ['socket-derived-images', '4.34.0', 'vm', 'protected'],
    ['socket-any-image', '4.35.1', 'vm', 'not-allowed'],
    ['socket-any-image', '4.36.0', 'vm', 'protected'],
    ['kubernetes-kubeadm', '4.40.0', 'vm', 'unprotected'],
    ['kind-nodes', '4.40.0', 'vm', 'protected'],
    ['build-host-network', '4.40.0', 'vm', 'not-allowed'],
    ['windows-containers', '4.40.0', 'hyper-v', 'unprotected'],
    ['windows-containers', '4.40.0', 'vm', 'not-on-this-engine'],
    ['virtual-machine', '4.40.0', 'wsl2', 'unprotected'],
    ['virtual-machine', '4.40.0', 'hyper-v', 'protected'],
    ['created-before', '4.40.0', 'vm', 'unprotected'],
  ])('%s with %s on %s: %s', (workload, version, virtualMachine, expected) => {
    expect(state(desktop(version, virtualMachine), workload)).toBe(expected);
  });

  it('needs 4.27 for socket permissions, 4.28 on WSL 2', () => {
    const since = (facts: CoverageFacts) =>
      coverageFor(facts).find((row) => row.workload === 'socket-mount')?.since;
    expect([since(desktop('4.40.0')), since(desktop('4.40.0', 'wsl2'))]).toEqual(['4.27', '4.28']);
  });

  it('compares versions as numbers, and an unreadable one with nothing', () => {
    expect([
      atLeast('4.9.0', '4.19'),
      atLeast('5.0.0', '4.36'),
      atLeast('v4.36.2', '4.36'),
      atLeast('latest', '4.1'),
      atLeast('', '0.0'),
    ]).toEqual([false, true, true, false, false]);
  });
});

describe('rowEvidence', () => {
  const now = Date.parse('2025-01-02T00:00:00Z');
  const verification = (more: Partial<Verification> = {}): Verification => ({
    at: '2025-01-01T23:57:00Z',
    durationMs: 1,
    eci: true,
    claims: claimIds.map((id) => ({ id, verdict: 'pass', evidence: '' })),
    ...more,
  });
  const [probed] = coverageFor(embedded);
  if (probed === undefined) throw new Error('the table is empty');
  const kind = (v: Verification | null) => rowEvidence(probed, v, now).kind;

  it('names the probe behind a row, and how long it is valid', () => {
    expect(kind(verification())).toBe('probe-passed');
    expect(kind(null)).toBe('probe-missing');
    expect(kind(verification({ eci: false }))).toBe('probe-missing');
    expect(kind(verification({ claims: [] }))).toBe('probe-missing');
    expect(kind(verification({ at: '2024-12-31T23:59:59Z' }))).toBe('probe-outdated');
    expect(kind(verification({ at: '2025-01-02T00:00:01Z' }))).toBe('probe-outdated');
    expect(kind(verification({ at: 'never' }))).toBe('probe-outdated');
    expect(
      kind(
        verification({
          claims: claimIds.map((id) => ({
            id,
            verdict: id === 'A3-exclusive-range' ? 'fail' : 'pass',
            evidence: '',
          })),
        }),
      ),
    ).toBe('probe-failed');
  });

  it.each(['kind-nodes', 'build-container-driver'] as const)(
    'does not say of %s, which no probe runs, that it was tried',
    (workload) => {
      const similar = coverageFor(embedded).find((row) => row.workload === workload);
      if (similar === undefined) throw new Error(`no row ${workload}`);
      const evidence = rowEvidence(similar, verification(), now);
      expect(evidence.kind).toBe('probe-similar');
      expect(displayedState(similar, evidence)).toBe('unverified');
      expect(rowEvidence(similar, verification({ claims: [] }), now).kind).toBe('probe-missing');
    },
  );

  it('never shows a probed row as protected without a passed probe', () => {
    const displayed = (v: Verification | null) => displayedState(probed, rowEvidence(probed, v, now));
    expect([
      displayed(verification()),
      displayed(null),
      displayed(verification({ at: '2024-01-01T00:00:00Z' })),
    ]).toEqual(['protected', 'unverified', 'unverified']);
    expect(
      displayed(verification({ claims: claimIds.map((id) => ({ id, verdict: 'fail', evidence: '' })) })),
    ).toBe('unprotected');
  });

  it('shows a socket mount that is not allowed as unprotected if the probe was not refused', () => {
    const rows = coverageFor({ ...embedded, socketMounts: false });
    const row = rows.find((one) => one.workload === 'socket-mount');
    if (row === undefined) throw new Error('the row is missing');
    const displayed = (v: Verification) => displayedState(row, rowEvidence(row, v, now));
    expect(displayed(verification())).toBe('not-allowed');
    expect(
      displayed(verification({ claims: claimIds.map((id) => ({ id, verdict: 'fail', evidence: '' })) })),
    ).toBe('unprotected');
  });
});
