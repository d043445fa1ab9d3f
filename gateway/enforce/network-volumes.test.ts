import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../shared/settings/effective.ts';
import { socketMount } from '../../tests/support/socket-mounts.ts';
import type { VolumeFacts } from '../engine-api/engine-facts.ts';
import { allowedNetworkVolumes, networkVolumeCopyDenial } from './network-volumes.ts';

const volumes: Readonly<Record<string, VolumeFacts>> = Object.fromEntries(
  [
    { name: 'net', options: { type: 'nfs', o: 'addr=10.0.0.5', device: ':/x' } },
    { name: 'tmp', options: { type: 'tmpfs', device: 'tmpfs' } },
    { name: 'plain', options: {} },
  ].map((one) => [one.name, { ...one, options: { ...one.options }, driver: 'local', labels: {} }]),
);
const facts = { volume: (name: string) => Promise.resolve(volumes[name] ?? null) };
const container = (...names: string[]) => ({
  name: 'c',
  mounts: names.map((name) => ({ type: 'volume', name, source: '', destination: '/v', readOnly: false })),
});
const clients = (uid: number) => ({
  origin: { kind: 'clients' as const },
  peer: () => ({ pid: 1, uid, gid: uid }),
});

describe('A8: docker cp of a container with a share of another machine', () => {
  const denial = (uid: number, ...names: string[]) =>
    networkVolumeCopyDenial({ facts, request: clients(uid) }, container(...names), 'docker cp');

  it('is for root, as whom the engine goes through it', async () => {
    expect(await denial(1000, 'plain', 'net')).toMatchObject({
      rule: 'copy-mounts',
      what: 'docker cp on container c, which mounts net,',
    });
    expect(await denial(0, 'net')).toBeNull();
    const unknown = { origin: { kind: 'clients' as const }, peer: () => null };
    expect(
      await networkVolumeCopyDenial({ facts, request: unknown }, container('net'), 'docker cp'),
    ).not.toBe(null);
    const through = {
      origin: { kind: 'socket-mount' as const, id: socketMount('a', '/s').id },
      peer: clients(0).peer,
    };
    expect(
      await networkVolumeCopyDenial({ facts, request: through }, container('net'), 'docker cp'),
    ).not.toBe(null);
  });

  it('of other volumes is decided elsewhere', async () => {
    expect(await denial(1000, 'plain', 'tmp', 'gone')).toBeNull();
  });
});

it('A8: shares are given with a runtime whose mounts the planner makes', () => {
  const networkVolumes = [{ type: 'nfs' as const, source: 'nas:/x' }];
  const settings = { ...defaultSettings, networkVolumes };
  expect(allowedNetworkVolumes({ runtime: 'bulkhead', settings })).toBe(networkVolumes);
  for (const runtime of ['sysbox-runc', 'runc'])
    expect(allowedNetworkVolumes({ runtime, settings })).toEqual([]);
});
