import { describe, expect, it } from 'vitest';
import published from './data/engine-api.json' with { type: 'json' };
import { matchRoute, isSupportedVersion } from './match.ts';
import { routes } from './table.ts';
import {
  commitBody,
  connectNetworkBody,
  createContainerBody,
  createNetworkBody,
  createVolumeBody,
  disconnectNetworkBody,
  execCreateBody,
  execStartBody,
  updateContainerBody,
} from '../../shared/policy/docker-bodies.ts';
import { foldKey } from '../../shared/policy/json.ts';
import type { Shape } from '../../shared/policy/shape.ts';

describe('the route table and the published Engine API 1.25 to 1.56', () => {
  it('has every published endpoint', () => {
    const known = new Set(routes.map((route) => `${route.method} ${route.pattern}`));
    expect(
      published.endpoints
        .map((endpoint) => `${endpoint.method} ${endpoint.path}`)
        .filter((endpoint) => !known.has(endpoint)),
    ).toEqual([]);
  });

  it('has no endpoint twice, and inspects every published one whose body is an object', () => {
    const keys = routes.map((route) => `${route.method} ${route.pattern}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const endpoint of published.endpoints) {
      const route = routes.find((one) => one.method === endpoint.method && one.pattern === endpoint.path);
      const body = 'body' in endpoint ? endpoint.body : undefined;
      if (body === undefined || body.startsWith('string') || body === 'AuthConfig') continue;
      expect([endpoint.path, route?.body === 'json' || route?.inspect.startsWith('refused-')]).toEqual([
        endpoint.path,
        true,
      ]);
    }
  });

  it('gives nobody the tokens with which a machine joins a swarm, nor the key of a locked one', () => {
    for (const path of ['/swarm', '/swarm/unlockkey'])
      expect([path, matchRoute('GET', path)?.route.inspect]).toEqual([path, 'refused-swarm']);
  });

  it('tunnels on attach, exec start, session and grpc only', () => {
    expect(
      routes
        .filter((route) => route.tunnel !== null)
        .map((route) => route.pattern)
        .sort(),
    ).toEqual([
      '/containers/{id}/attach',
      '/containers/{id}/attach/ws',
      '/exec/{id}/start',
      '/grpc',
      '/session',
    ]);
  });

  it.each([
    ['GET', '/images/registry:5000/team/app:1/json', '/images/{name}/json', 'registry:5000/team/app:1'],
    ['POST', '/containers/abc/start', '/containers/{id}/start', 'abc'],
    ['DELETE', '/images/a/b', '/images/{name}', 'a/b'],
    ['GET', '/images/json', '/images/json', ''],
    ['GET', '/containers/web/db/json', '/containers/{id}/json', 'web/db'],
    ['DELETE', '/containers/web/db', '/containers/{id}', 'web/db'],
    ['DELETE', '/containers/a/checkpoints/b', '/containers/{id}/checkpoints/{checkpoint}', 'a'],
    ['POST', '/containers/a/checkpoints', '/containers/{id}/checkpoints', 'a'],
    ['POST', '/containers/a/exec/start', '/containers/{id}/start', 'a/exec'],
    ['GET', '/containers/json', '/containers/json', ''],
    ['GET', '/networks/', '/networks/', ''],
    ['OPTIONS', '/', '/{path}', ''],
    ['OPTIONS', '/containers/json', '/{path}', 'containers/json'],
  ])('matches %s %s', (method, path, pattern, subject) => {
    expect(matchRoute(method, path)).toMatchObject({ route: { pattern }, subject });
  });

  it.each([
    ['GET', '/containers/a/b/c/json'],
    ['DELETE', '/networks/a/b'],
    ['GET', '/Containers/json'],
    ['GET', '/containers/json/'],
    ['POST', '/containers//start'],
    ['DELETE', '/_ping'],
    ['GET', '/'],
  ])('does not match %s %s', (method, path) => {
    expect(matchRoute(method, path)).toBeNull();
  });

  it('knows versions from 1.24 on', () => {
    expect(['1.24', '1.45', '1.56', null].map(isSupportedVersion)).toEqual([true, true, true, true]);
    expect(isSupportedVersion('1.23')).toBe(false);
  });
});

describe('the body models and the published fields', () => {
  const fieldsOf = (shape: Shape): string[] =>
    typeof shape === 'object' && 'fields' in shape ? Object.keys(shape.fields) : [];
  const inner = (shape: Shape, name: string): Shape =>
    typeof shape === 'object' && 'fields' in shape ? (shape.fields[name] ?? 'string') : 'string';
  const objects = published.objects as Record<string, Record<string, unknown>>;
  // A slip of one published version: the key is NanoCpus in Go, in every version.
  const notReal = new Set(['NanoCPUs']);
  // Swarm only: refused on purpose.
  const onPurpose = new Set(['ClusterVolumeSpec']);

  it.each([
    ['ContainerCreate', createContainerBody],
    ['HostConfig', inner(createContainerBody, 'HostConfig')],
    ['Commit', commitBody],
    ['ContainerUpdate', updateContainerBody],
    ['ExecCreate', execCreateBody],
    ['ExecStart', execStartBody],
    ['VolumeCreate', createVolumeBody],
    ['NetworkCreate', createNetworkBody],
    ['NetworkConnect', connectNetworkBody],
    ['EndpointSettings', inner(connectNetworkBody, 'EndpointConfig')],
    ['HealthConfig', inner(createContainerBody, 'Healthcheck')],
  ] as const)('%s: every published field is modelled', (name, shape) => {
    const known = new Set(fieldsOf(shape));
    const published = Object.keys(objects[name] ?? {});
    expect(published.length).toBeGreaterThan(1);
    expect(
      published.filter((field) => !known.has(field) && !notReal.has(field) && !onPurpose.has(field)),
    ).toEqual([]);
  });

  it.each([
    ['ContainerCreate', createContainerBody],
    ['HostConfig', inner(createContainerBody, 'HostConfig')],
    ['ContainerCreate', commitBody],
    ['ContainerUpdate', updateContainerBody],
    ['ExecCreate', execCreateBody],
    ['ExecStart', execStartBody],
    ['VolumeCreate', createVolumeBody],
    ['NetworkCreate', createNetworkBody],
    ['NetworkConnect', connectNetworkBody],
    ['NetworkDisconnect', disconnectNetworkBody],
  ] as const)('%s: no published or modelled field is ignored, in whatever case', (name, shape) => {
    const ignored = typeof shape === 'object' && 'fields' in shape ? (shape.ignored ?? []) : [];
    // A commit uses the container's configuration of a create body alone.
    const unused = shape === commitBody ? ['HostConfig', 'NetworkingConfig'] : [];
    const fields = [...fieldsOf(shape), ...Object.keys(objects[name] ?? {})].filter(
      (field) => !unused.includes(field),
    );
    expect(fields.length).toBeGreaterThan(1);
    const keys = new Set(fields.map(foldKey));
    expect(ignored.filter((key) => keys.has(foldKey(key)))).toEqual([]);
  });
});
