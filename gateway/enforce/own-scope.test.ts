import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { governingList } from '../../shared/policy/commands.ts';
import { readCreateBody } from '../../shared/policy/create-container.ts';
import { defaultSettings } from '../../shared/settings/effective.ts';
import { routes } from '../routes/table.ts';
import type { SocketMountId } from '../base/socket-mount.ts';
import { passedAsIs, type InspectionContext } from './inspection-context.ts';
import { ownerOf } from './own-scope.ts';
import { OwnScope } from './owned-objects.ts';
import type { SocketClient } from './socket-client.ts';

describe('B7: the scope "own"', () => {
  it('leaves only images, registries, builds and negotiation open, and no change of shared objects', () => {
    const rules = routes.map((route) => [`${route.method} ${route.pattern}`, route.ownScope] as const);
    const open = rules.filter(([, rule]) => rule === 'open').map(([endpoint]) => endpoint);
    // Whatever is open to everybody is named here: images, registries, builds and negotiation.
    expect(
      open.filter(
        (endpoint) =>
          !/ \/(images|distribution|session|grpc|build\/cancel|auth|info|version|_ping)/.test(endpoint) &&
          endpoint !== 'OPTIONS /{path}',
      ),
    ).toEqual([]);
    expect(
      rules.filter(
        ([endpoint, rule]) =>
          / \/(containers\/\{id\}|exec)/.test(endpoint) && !['container', 'exec'].includes(rule),
      ),
    ).toEqual([]);
    expect(
      rules.filter(
        ([endpoint, rule]) =>
          (/^(DELETE|PUT|POST) \/(images\/(\{name\}(\/tag|$)|prune)|build\/prune)/.test(endpoint) ||
            /^(DELETE|PUT|POST) \/(plugins|swarm|nodes|services|secrets|configs)/.test(endpoint)) &&
          rule !== 'refused',
      ),
    ).toEqual([]);
  });
});

describe('the owner of a mount', () => {
  let lookups = 0;
  // Only the labels are read.
  const facts = {
    container: () => {
      lookups++;
      return Promise.resolve({ labels: {} });
    },
  } as unknown as InspectionContext['facts'];

  const clientOf = (name: string): SocketClient => ({
    mount: {
      // Made by the records of mounts alone.
      id: name as SocketMountId,
      socket: `/sockets/${name}/docker.sock`,
      image: 'client',
      imageId: 'sha256:1',
      allowedBy: 'client',
      derivedFrom: null,
      governing: [],
      createdBy: null,
      byClient: false,
      container: { id: `container-${name}`, name },
    },
    list: governingList(defaultSettings.socket, { image: 'client', allowedBy: 'client', governing: [] }),
  });

  it('is looked up once', async () => {
    const client = clientOf('once');
    const before = lookups;
    expect(await ownerOf(client, { facts })).toBe('once');
    expect(await ownerOf(client, { facts })).toBe('once');
    expect(lookups).toBe(before + 1);
  });

  it('is cached no longer than the mount exists', async () => {
    setFlagsFromString('--expose-gc');
    // The flag gives new contexts the function.
    const collect = runInNewContext('gc') as () => void;
    const lookUpOwner = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index++) await ownerOf(clientOf(`${count}-${index}`), { facts });
      collect();
    };
    await lookUpOwner(1000);
    const before = process.memoryUsage().heapUsed;
    await lookUpOwner(100_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(4 * 1024 * 1024);
  });
});

describe('references of a request through such a socket', () => {
  const other = { id: 'f'.repeat(64), labels: { 'io.bulkhead.socket-mount': 'other' } };
  // What is looked up here: containers and networks, all of them another's.
  const facts = {
    container: () => Promise.resolve(other),
    network: () => Promise.resolve({ ...other, name: 'other' }),
  } as unknown as InspectionContext['facts'];
  // Only endpoint and client of the request are read.
  const context = {
    facts,
    request: {},
    settings: defaultSettings,
  } as unknown as InspectionContext;
  const client = {
    mount: { container: null },
    list: { scopeSetting: null },
  } as unknown as SocketClient;

  it.each([
    { HostConfig: { Links: ['other:x'] } },
    { hostconfig: { linKs: ['other:x'] } },
    { Links: ['other:x'] },
    { VolumesFrom: ['other'] },
    { networkmode: 'container:other' },
    { NetworkingConfig: { endpointsConfig: { other: {} } } },
  ])('B7: is looked up as the engine reads it: %j', async (body) => {
    const scope = new OwnScope(context, client, 'me');
    const result = await scope.addOwnerLabel(Buffer.from(JSON.stringify(body)), readCreateBody, (read) =>
      scope.checkCreate(read),
    );
    expect(result).toMatchObject({ kind: 'denied', denial: { rule: 'not-own' } });
  });

  it.each(['labels', 'LABEL\u017f'])('B7: no other owner is claimed by %s', async (key) => {
    const scope = new OwnScope(context, client, 'me');
    const body = { [key]: { 'io.bulkhead.socket-mount': 'other' } };
    const result = await scope.addOwnerLabel(Buffer.from(JSON.stringify(body)), readCreateBody, () =>
      Promise.resolve(passedAsIs),
    );
    expect(result).toMatchObject({ kind: 'denied', denial: { rule: 'owner-label' } });
  });
});
