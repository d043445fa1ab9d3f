import { describe, expect, it } from 'vitest';
import { decide } from '../../shared/policy/create-facts-fixture.ts';
import { resourceDenial } from '../../shared/policy/create-confinement.ts';
import {
  commitBody,
  connectNetworkBody,
  createContainerBody,
  createNetworkBody,
  updateContainerBody,
} from '../../shared/policy/docker-bodies.ts';
import { writeJson } from '../../shared/policy/json.ts';
import { parseJson } from '../../shared/policy/json-parser.ts';
import { readBodyAs } from '../../shared/policy/request-body.ts';
import type { Shape } from '../../shared/policy/shape.ts';
import { parseTarget } from '../http/message/target.ts';
import { matchRoute, isSupportedVersion } from './match.ts';

// What Engine API 1.44 (the oldest of Docker 29) to 1.56 brought, each decided on purpose. From the published
// history of the API; not run on a real 29.

const json = (value: unknown) => {
  const parsed = parseJson(JSON.stringify(value));
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.value;
};
/** The body that the engine gets; the rule that refuses it. */
const readAs = (value: unknown, shape: Shape): unknown => {
  const read = readBodyAs(json(value), shape);
  return read.ok ? (JSON.parse(writeJson(read.body)) as unknown) : read.denial.rule;
};
const device = { Path: '/dev/sda', Rate: 1024 };

describe('fields of bodies', () => {
  it.each<[string, object, Shape]>([
    [
      '1.44 several endpoints',
      { NetworkingConfig: { EndpointsConfig: { a: {}, b: {} } } },
      createContainerBody,
    ],
    ['1.44 Healthcheck.StartInterval', { Healthcheck: { StartInterval: 1_000_000 } }, createContainerBody],
    [
      '1.44 MacAddress',
      { Container: 'c', EndpointConfig: { MacAddress: '02:42:ac:11:00:02' } },
      connectNetworkBody,
    ],
    ['1.46 DriverOpts', { Container: 'c', EndpointConfig: { DriverOpts: { a: 'b' } } }, connectNetworkBody],
    ['1.48 GwPriority', { Container: 'c', EndpointConfig: { GwPriority: -5 } }, connectNetworkBody],
    ['1.48 EnableIPv4', { Name: 'n', EnableIPv4: false }, createNetworkBody],
    ['1.52 MacAddress of old clients', { MacAddress: '02:42:ac:11:00:02' }, createContainerBody],
    [
      '1.55 limits for devices',
      { BlkioDeviceReadBps: [device], BlkioDeviceWriteIOps: [device] },
      updateContainerBody,
    ],
    [
      '1.55 limits for devices, cleared',
      { BlkioDeviceReadBps: [], BlkioWeightDevice: [] },
      updateContainerBody,
    ],
    ['1.55 limits for devices, unchanged', { BlkioDeviceReadBps: null }, updateContainerBody],
  ])('%s: passed on as sent', (_name, body, shape) => {
    expect(readAs(body, shape)).toEqual(body);
  });

  it.each<[string, object]>([
    [
      '1.44 BindOptions',
      {
        Mounts: [
          {
            Type: 'bind',
            Source: '/shared/a',
            Target: '/x',
            BindOptions: { ReadOnlyForceRecursive: true, Propagation: 'rprivate' },
          },
        ],
      },
    ],
    [
      '1.45 VolumeOptions.Subpath',
      { Mounts: [{ Type: 'volume', Source: 'v1', Target: '/x', VolumeOptions: { Subpath: 'a/b' } }] },
    ],
    [
      '1.46 TmpfsOptions.Options',
      { Mounts: [{ Type: 'tmpfs', Target: '/x', TmpfsOptions: { Options: [['noexec']] } }] },
    ],
    [
      '1.48 mounts of images',
      { Mounts: [{ Type: 'image', Source: 'busybox', Target: '/x', ImageOptions: { Subpath: 'etc' } }] },
    ],
    ['1.56 Umask', { Umask: 63 }],
    ['1.56 Umask 0', { Umask: 0 }],
  ])('HostConfig, %s: passed on as sent', (_name, host) => {
    const { decision, written } = decide({ Image: 'busybox', HostConfig: host });
    expect(decision.outcome).not.toBe('deny');
    expect(written).toEqual({ Image: 'busybox', HostConfig: { ...host, Runtime: 'bulkhead' } });
  });

  it('1.55: limits at an update take devices alone, as at a create', () => {
    for (const key of ['BlkioWeightDevice', 'BlkioDeviceReadBps', 'BlkioDeviceWriteIOps']) {
      const host = new Map([[key, json([{ Path: '/root/.ssh' }])]]);
      expect(resourceDenial(host)).toMatchObject({ rule: 'host-device' });
      expect(resourceDenial(new Map([[key, json([{ Path: '/dev/sda' }])]]))).toBeNull();
    }
  });

  it('1.56: a commit ignores Umask, as other fields of HostConfig', () => {
    expect(readAs({ Umask: 63, Cmd: ['sh'] }, commitBody)).toEqual({ Cmd: ['sh'] });
    expect(readAs({ HostConfig: { Umask: '077' } }, createContainerBody)).toBe('unreadable-body');
  });

  it.each([['gpu', { Driver: 'cdi', DeviceIDs: ['vendor.com/gpu=all'] }]])(
    'CDI, on by default from Docker 28.2 on: devices by name are refused (%s)',
    (_name, request) => {
      const { decision } = decide({ Image: 'busybox', HostConfig: { DeviceRequests: [request] } });
      expect(decision).toMatchObject({ outcome: 'deny', rule: 'host-device' });
    },
  );

  it('CDI: devices by annotation are refused', () => {
    const { decision } = decide({
      Image: 'busybox',
      HostConfig: { Annotations: { 'cdi.k8s.io/gpu': 'vendor.com/gpu=all' } },
    });
    expect(decision).toMatchObject({ outcome: 'deny', rule: 'annotation' });
  });
});

describe('endpoints and parameters', () => {
  it.each([
    ['1.48', 'GET', '/images/a/b/history?platform=%7B%22os%22%3A%22linux%22%7D', 'none'],
    ['1.48', 'POST', '/build/prune?reserved-space=1&max-used-space=2&min-free-space=3', 'none'],
    ['1.49', 'GET', '/images/a/json?platform=%7B%7D', 'none'],
    ['1.50', 'DELETE', '/images/a?platforms=%7B%7D&platforms=%7B%7D', 'none'],
    ['1.52', 'GET', '/images/a/get?platform=%7B%7D&platform=%7B%7D', 'read-layers'],
    ['1.52', 'POST', '/images/load?platform=%7B%7D&platform=%7B%7D', 'load-images'],
    ['1.52', 'GET', '/system/df?verbose=1&type=image&type=volume', 'none'],
    ['1.54', 'GET', '/images/json?identity=1', 'none'],
    ['1.55', 'GET', '/images/a:1/attestations?type=a&type=b&statement=true', 'none'],
    ['1.56', 'POST', '/containers/prune?stream=true', 'none'],
    ['1.56', 'POST', '/networks/prune?stream=true', 'none'],
    ['1.56', 'POST', '/volumes/prune?stream=true', 'none'],
    ['1.56', 'POST', '/images/prune?stream=true', 'none'],
    ['1.56', 'POST', '/build/prune?stream=true', 'none'],
    ['1.56', 'GET', '/containers/json?filters=%7B%22annotation%22%3A%5B%22a%3Db%22%5D%7D', 'none'],
  ])('%s %s %s reaches the engine with every parameter', (version, method, text, inspect) => {
    const parsed = parseTarget(`/v${version}${text}`);
    expect(parsed).toMatchObject({ ok: true, target: { version, rawQuery: text.slice(text.indexOf('?')) } });
    const path = parsed.ok ? parsed.target.path : '';
    expect([isSupportedVersion(version), matchRoute(method, path)?.route.inspect]).toEqual([true, inspect]);
  });

  it('1.48: debug endpoints are refused below a version too', () => {
    const parsed = parseTarget('/v1.48/debug/pprof/heap');
    expect(parsed.ok ? matchRoute('GET', parsed.target.path)?.route.inspect : '').toBe('refused-debug');
  });
});
