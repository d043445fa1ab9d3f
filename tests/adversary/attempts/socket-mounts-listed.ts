import { respondedWith, archive, at, hostConfig, inspect, mounts } from '../attempt.ts';
import {
  type Row,
  request,
  target,
  execed,
  socketOf,
  own,
  tar,
  upgradedTo101,
} from './socket-mounts-fixture.ts';

export const listed: readonly Row[] = [
  {
    id: 'exec',
    title: 'exec where the list denies it (CVE-2025-10657)',
    attempt: (side) => request(side, 'POST', `/v1.45/containers/${target(side)}/exec`, '{"Cmd":["id"]}'),
    breach: execed,
  },
  {
    id: 'exec-no-version',
    title: 'the same without a version',
    attempt: (side) => request(side, 'POST', `/containers/${target(side)}/exec`, '{"Cmd":["id"]}'),
    breach: execed,
  },
  {
    id: 'exec-old-version',
    title: 'the same with the oldest version',
    attempt: (side) => request(side, 'POST', `/v1.24/containers/${target(side)}/exec`, '{"Cmd":["id"]}'),
    breach: execed,
  },
  {
    id: 'exec-encoded',
    title: 'the same percent-encoded',
    attempt: (side) => request(side, 'POST', `/v1.45/containers/${target(side)}/%65xec`, '{"Cmd":["id"]}'),
    breach: execed,
  },
  {
    id: 'exec-pipelined',
    title: 'the same behind a ping on one connection',
    attempt: async (side) =>
      side.sendRawTo(
        await socketOf(side, own(side)),
        `GET /_ping HTTP/1.1\r\nHost: d\r\n\r\nPOST /v1.45/containers/${target(side)}/exec HTTP/1.1\r\n` +
          'Host: d\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n' +
          '{"Cmd":["id"]}',
      ),
    breach: execed,
  },
  {
    id: 'exec-start',
    title: 'an exec instance that somebody else made is started',
    attempt: async (side) => {
      const exec = await side.admin('POST', `/containers/${target(side)}/exec`, { Cmd: ['true'] });
      return request(side, 'POST', `/v1.45/exec/${String(at(exec.json, 'Id'))}/start`, '{"Detach":true}');
    },
    breach: respondedWith(200),
  },
  {
    id: 'cp-in',
    title: 'docker cp where the list denies it',
    attempt: (side) =>
      request(
        side,
        'PUT',
        `/v1.45/containers/${target(side)}/archive?path=/tmp`,
        archive({ planted: 'x' }),
        tar,
      ),
    breach: async (side) =>
      (await side.admin('GET', `/containers/${target(side)}/archive?path=/tmp/planted`)).status === 200,
  },
  {
    id: 'cp-out',
    title: 'docker cp the other way',
    attempt: (side) => request(side, 'GET', `/v1.45/containers/${target(side)}/archive?path=/etc/passwd`),
    breach: respondedWith(200),
  },
  {
    id: 'cp-head',
    title: 'a look at a file by HEAD',
    attempt: async (side) => [
      await request(side, 'HEAD', `/v1.45/containers/${target(side)}/archive?path=/etc/passwd`),
      await request(side, 'GET', `/v1.45/containers/${target(side)}/archive?path=/none`),
    ],
    breach: (_side, responses) => Promise.resolve(responses[0]?.status === 200),
  },
  {
    id: 'commit',
    title: 'docker commit where the list denies it',
    attempt: (side) =>
      request(side, 'POST', `/v1.45/commit?container=${target(side)}&repo=${side.tag}`, '{}'),
    breach: async (side) => (await side.admin('GET', `/images/${side.tag}/json`)).status === 200,
  },
  {
    id: 'volume',
    title: 'a volume where the list denies the group',
    attempt: (side) => request(side, 'POST', '/v1.45/volumes/create', JSON.stringify({ Name: side.tag })),
    breach: async (side) => (await side.admin('GET', `/volumes/${side.tag}`)).status === 200,
  },
  {
    id: 'volume-list',
    title: 'volumes are listed where the list denies the group',
    attempt: (side) => request(side, 'GET', '/v1.45/volumes'),
    breach: respondedWith(200),
  },
  {
    id: 'build',
    title: 'docker build where the list denies it',
    attempt: (side) =>
      request(
        side,
        'POST',
        `/v1.45/build?t=${side.tag}`,
        archive({ Dockerfile: 'FROM busybox\nLABEL a=b\n' }),
        tar,
      ),
    breach: async (side) => (await side.admin('GET', `/images/${side.tag}/json`)).status === 200,
  },
  {
    id: 'build-session',
    title: 'a build session where the list denies it',
    attempt: async (side) =>
      side.sendRawTo(
        await socketOf(side, own(side)),
        'POST /session HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n' +
          'X-Docker-Expose-Session-Uuid: a\r\nX-Docker-Expose-Session-Name: a\r\n\r\n',
        /^HTTP\/1\.1 \d{3}[^]*\r\n\r\n/,
      ),
    breach: (_side, responses) => Promise.resolve(upgradedTo101(responses)),
  },
  {
    id: 'rm',
    title: 'docker rm where the list denies it',
    attempt: (side) => request(side, 'DELETE', `/v1.45/containers/${target(side)}?force=1`),
    breach: async (side) => (await inspect(side, target(side))) === null,
  },
  {
    id: 'tag',
    title: 'docker tag where the list denies the group',
    attempt: (side) => request(side, 'POST', `/v1.45/images/busybox/tag?repo=${side.tag}`),
    breach: async (side) => (await side.admin('GET', `/images/${side.tag}/json`)).status === 200,
  },
  // A11: ECI applies to containers created by containers as well.
  {
    id: 'nested-pid',
    title: "a container made through a container's socket, in the engine's PID namespace",
    attempt: (side) =>
      request(
        side,
        'POST',
        `/v1.45/containers/create?name=${side.tag}`,
        '{"Image":"busybox","HostConfig":{"PidMode":"host"}}',
      ),
    breach: hostConfig('PidMode', 'host'),
  },
  {
    id: 'nested-bind',
    title: 'the same with a directory that is not shared',
    attempt: (side) =>
      request(
        side,
        'POST',
        `/v1.45/containers/create?name=${side.tag}`,
        '{"Image":"busybox","HostConfig":{"Binds":["/etc:/x"]}}',
      ),
    breach: mounts('/etc'),
  },
  {
    id: 'nested-runtime',
    title: 'the same with another runtime',
    outcome: 'confined',
    attempt: (side) =>
      request(
        side,
        'POST',
        `/v1.45/containers/create?name=${side.tag}`,
        '{"Image":"busybox","HostConfig":{"Runtime":"runc"}}',
      ),
    breach: hostConfig('Runtime', 'runc'),
  },
  {
    id: 'nested-swarm',
    title: "a plugin through a container's socket",
    attempt: (side) =>
      request(
        side,
        'POST',
        `/v1.45/plugins/create?name=${side.tag}`,
        archive({
          'config.json':
            '{"description":"x","entrypoint":["/x"],"interface":{"types":["docker.volumedriver/1.0"],' +
            '"socket":"x.sock"}}',
          'rootfs/': '',
        }),
        tar,
      ),
    breach: async (side) => {
      const found = await side.admin('GET', `/plugins/${side.tag}/json`);
      await side.admin('DELETE', `/plugins/${side.tag}?force=1`);
      return found.status === 200;
    },
  },
];
