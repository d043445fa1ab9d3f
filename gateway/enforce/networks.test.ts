import { describe, expect, it } from 'vitest';
import type { MachineNetworks } from '../../shared/policy/network-addresses.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';
import type { ListedNetwork } from '../engine-api/network-facts.ts';
import { networkDenial } from './networks.ts';
import { parseJson } from '../../shared/policy/json-parser.ts';

const nothing: MachineNetworks = { used: [], interfaces: new Set(['lo']) };
const settings: ListedNetwork = {
  id: 'abcdef0123',
  name: 'c',
  driver: 'null',
  labels: {},
  configOnly: true,
  options: {},
  subnets: ['8.8.8.0/24'],
};

async function denied(
  body: unknown,
  networks: readonly ListedNetwork[] = [settings],
  machine: MachineNetworks | null = nothing,
) {
  let lookups = 0;
  const parsed = parseJson(JSON.stringify(body));
  // What is used here.
  const facts = { networks: () => Promise.resolve(networks) } as Partial<EngineFacts> as EngineFacts;
  const machineNetworks = () => {
    lookups++;
    return Promise.resolve(machine);
  };
  const denial = await networkDenial(
    { facts, machineNetworks },
    parsed.ok && parsed.value instanceof Map ? parsed.value : new Map(),
  );
  return { denial, lookups };
}

describe('a network that is created', () => {
  it('is refused for its driver before any look-up', async () => {
    expect(
      await denied({ Name: 'n', Driver: 'weave', IPAM: { Config: [{ Subnet: '10.1.0.0/16' }] } }),
    ).toMatchObject({ denial: { rule: 'network-plugin' }, lookups: 0 });
  });
  it("without addresses of its own is created without reading the machine's", async () => {
    expect(await denied({ Name: 'n' }, [], null)).toEqual({ denial: null, lookups: 0 });
  });
  it("on the machine's own network is created without reading them, too", async () => {
    const body = {
      Name: 'n',
      Driver: 'macvlan',
      Options: { parent: 'eth0' },
      IPAM: { Config: [{ Subnet: '192.168.1.0/24' }] },
    };
    expect(await denied(body, [], null)).toEqual({ denial: null, lookups: 0 });
  });
  it('with addresses is compared with the machine', async () => {
    const body = { Name: 'n', IPAM: { Config: [{ Subnet: '10.1.0.0/16' }] } };
    expect(await denied(body)).toEqual({ denial: null, lookups: 1 });
    expect(await denied(body, [], null)).toMatchObject({ denial: { rule: 'host-addresses' }, lookups: 1 });
  });
  it.each(['c', 'abcdef0123', 'abc'])('has the addresses of the settings it takes, by %s', async (name) => {
    expect(await denied({ Name: 'n', ConfigFrom: { Network: name } })).toMatchObject({
      denial: { rule: 'host-addresses', what: 'network n with address 8.8.8.0/24' },
    });
    expect(await denied({ Name: 'n', Driver: 'macvlan', ConfigFrom: { Network: name } })).toMatchObject({
      denial: null,
    });
  });
  it('has the options of the settings it takes', async () => {
    const lo = { ...settings, subnets: [], options: { 'com.docker.network.bridge.name': 'lo' } };
    expect(await denied({ Name: 'n', ConfigFrom: { Network: 'c' } }, [lo])).toMatchObject({
      denial: { rule: 'host-addresses' },
    });
    const through = { ...settings, subnets: [], options: { macvlan_mode: 'passthru' } };
    expect(
      await denied({ Name: 'n', Driver: 'macvlan', ConfigFrom: { Network: 'c' } }, [through]),
    ).toMatchObject({ denial: { rule: 'host-addresses' } });
  });
  it('is compared with each of several candidates', async () => {
    const harmless = { ...settings, id: 'c0', name: 'x', subnets: ['10.1.0.0/16'] };
    for (const networks of [
      [settings, harmless],
      [harmless, settings],
    ]) {
      expect(await denied({ Name: 'n', ConfigFrom: { Network: 'c' } }, networks)).toMatchObject({
        denial: { rule: 'host-addresses' },
      });
    }
  });
  it('takes nothing from a network that is not config-only, as the engine does', async () => {
    expect(
      await denied({ Name: 'n', ConfigFrom: { Network: 'c' } }, [{ ...settings, configOnly: false }]),
    ).toEqual({ denial: null, lookups: 0 });
  });
});
