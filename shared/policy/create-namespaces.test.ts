import { describe, expect, it } from 'vitest';
import { decide, host } from './create-facts-fixture.ts';

describe("A1: options that do not go with another container's network", () => {
  const error = (hostConfig: object, config: object = {}, container = 'gone') => {
    const { decision } = host({ NetworkMode: `container:${container}`, ...hostConfig }, config);
    return decision.outcome === 'deny' ? (decision.engineError?.message ?? decision.rule) : decision.outcome;
  };

  it.each([
    ['hostname and the network mode', {}, { Hostname: 'x' }],
    [
      "container type network can't be used with links. This would result in undefined behavior",
      { Links: ['a:b'] },
      {},
    ],
    ['dns and the network mode', { Dns: ['8.8.8.8'] }, {}],
    ['custom host-to-IP mapping and the network mode', { ExtraHosts: ['a:1.2.3.4'] }, {}],
    ['port publishing and the container type network mode', { PublishAllPorts: true }, {}],
    ['port publishing and the container type network mode', { PortBindings: { '80/tcp': [] } }, {}],
    ['port exposing and the container type network mode', {}, { ExposedPorts: { '80/tcp': {} } }],
  ])('%s: the engine says so before it looks the container up', (text, hostConfig, config) => {
    // Of its own, another's without protection, none; and of no other namespace.
    for (const container of ['good', 'old', 'gone'])
      expect(error({ PidMode: 'container:gone', ...hostConfig }, config, container)).toBe(
        `conflicting options: ${text}`,
      );
  });

  it('says the first of several, and nothing of fields without a value', () => {
    expect(error({ Dns: ['8.8.8.8'], PublishAllPorts: true }, { ExposedPorts: { '80/tcp': {} } })).toBe(
      'conflicting options: dns and the network mode',
    );
    const empty = { Links: null, Dns: [], ExtraHosts: [], PortBindings: {}, PublishAllPorts: false };
    expect(error(empty, { Hostname: '', ExposedPorts: {} })).toBe('No such container: gone');
    expect(error(empty, {}, 'good')).toBe('rewrite');
    expect(error({ NetworkMode: 'container:', Dns: ['8.8.8.8'] })).toMatch(/invalid container format/);
    expect(error({ NetworkMode: 'bridge', Dns: ['8.8.8.8'] })).toBe('rewrite');
  });

  it('a container that is to join its own network gets what the engine says at its start', () => {
    const joins = (key: string, name: string) => {
      const { decision } = decide({ Image: 'a', HostConfig: { [key]: 'container:gone' } }, 'bulkhead', name);
      return decision.outcome === 'deny' ? decision.engineError : undefined;
    };
    expect(joins('NetworkMode', 'gone')).toEqual({ status: 400, message: 'cannot join own network' });
    expect(joins('NetworkMode', 'another')?.message).toBe('No such container: gone');
    expect(joins('PidMode', 'gone')?.message).toBe('No such container: gone');
  });
});
