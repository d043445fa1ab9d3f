import {
  respondedWith,
  archive,
  at,
  container,
  inspect,
  list,
  type AttackResponse,
  type Attempt,
  type Breach,
  type Side,
} from '../attempt.ts';

/** Ways into containers that are not under ECI, and references that resolve to another container later. */
export const victim = (side: Side) => `${side.tag}.victim`;
const idOf = async (side: Side, name: string) => String(at(await inspect(side, name), 'Id'));
export const enter = (side: Side, name: string) =>
  side.send('POST', `/v1.45/containers/${name}/exec`, '{"Cmd":["id"]}');
const entered: Breach = async (side) => list(at(await inspect(side, victim(side)), 'ExecIDs')).length > 0;
const state =
  (field: string): Breach =>
  async (side) =>
    at(await inspect(side, victim(side)), 'State', field) === true;
const upgraded = /^HTTP\/1\.1 101 /;
export const tar = 'Content-Type: application/x-tar';

interface Row {
  readonly id: string;
  readonly title: string;
  readonly attempt: (side: Side, id: string) => Promise<AttackResponse | readonly AttackResponse[]>;
  readonly breach: Breach;
  /** Prepared as running; false leaves it created, `paused` pauses it. */
  readonly start?: boolean | 'paused';
}
const rows: readonly Row[] = [
  { id: 'exec', title: 'exec, by name', attempt: (side) => enter(side, victim(side)), breach: entered },
  { id: 'exec-id', title: 'exec, by id', attempt: (side, id) => enter(side, id), breach: entered },
  {
    id: 'exec-prefix',
    title: 'exec, by the start of the id',
    attempt: (side, id) => enter(side, id.slice(0, 7)),
    breach: entered,
  },
  {
    id: 'exec-old',
    title: 'exec, without a version',
    attempt: (side) => side.send('POST', `/containers/${victim(side)}/exec`, '{"Cmd":["id"]}'),
    breach: entered,
  },
  {
    id: 'exec-encoded',
    title: 'exec, the dot in the name percent-encoded',
    attempt: (side) =>
      side.send('POST', `/v1.45/containers/${victim(side).replaceAll('.', '%2E')}/exec`, '{"Cmd":["id"]}'),
    breach: entered,
  },
  {
    id: 'exec-duplicate',
    title: 'exec, with keys twice',
    attempt: (side) =>
      side.send('POST', `/v1.45/containers/${victim(side)}/exec`, '{"Cmd":["true"],"cmd":["id"]}'),
    breach: entered,
  },
  {
    id: 'exec-start',
    title: 'an exec instance somebody else made is started',
    attempt: async (side) => {
      const exec = await side.admin('POST', `/containers/${victim(side)}/exec`, { Cmd: ['true'] });
      return side.send('POST', `/v1.45/exec/${String(at(exec.json, 'Id'))}/start`, '{"Detach":true}');
    },
    breach: (_side, responses) => Promise.resolve(responses.at(-1)?.status === 200),
  },
  {
    id: 'exec-start-upgrade',
    title: 'the same with an upgrade',
    attempt: async (side) => {
      const exec = await side.admin('POST', `/containers/${victim(side)}/exec`, {
        Cmd: ['true'],
        AttachStdout: true,
      });
      return side.sendRaw(
        `POST /v1.45/exec/${String(at(exec.json, 'Id'))}/start HTTP/1.1\r\nHost: d\r\n` +
          'Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: 2\r\n' +
          '\r\n{}',
        /^HTTP\/1\.1 \d{3}[^]*\r\n\r\n/,
      );
    },
    breach: (_side, responses) => Promise.resolve(upgraded.test(responses.at(-1)?.text ?? '')),
  },
  {
    id: 'attach',
    title: 'attach',
    attempt: (side) =>
      side.sendRaw(
        `POST /v1.45/containers/${victim(side)}/attach?stream=1&stdin=1 HTTP/1.1\r\nHost: d\r\n` +
          'Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
        /^HTTP\/1\.1 \d{3}[^]*\r\n\r\n/,
      ),
    breach: (_side, responses) => Promise.resolve(upgraded.test(responses.at(-1)?.text ?? '')),
  },
  {
    id: 'attach-plain',
    title: 'attach without an upgrade',
    attempt: (side) =>
      side.sendRaw(
        `POST /v1.45/containers/${victim(side)}/attach?stream=1&stdin=1 HTTP/1.1\r\nHost: d\r\n\r\n`,
        /^HTTP\/1\.1 \d{3}[^]*\r\n\r\n/,
      ),
    breach: respondedWith(200, /raw-stream|multiplexed-stream/),
  },
  {
    id: 'attach-ws',
    title: 'attach by websocket',
    attempt: (side) =>
      side.sendRaw(
        `GET /v1.45/containers/${victim(side)}/attach/ws?stream=1&stdin=1 HTTP/1.1\r\nHost: d\r\n` +
          'Origin: http://d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
          'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
        /^HTTP\/1\.1 \d{3}[^]*\r\n\r\n/,
      ),
    breach: (_side, responses) => Promise.resolve(upgraded.test(responses.at(-1)?.text ?? '')),
  },
  {
    id: 'copy-out',
    title: 'docker cp out of it',
    attempt: (side) => side.send('GET', `/v1.45/containers/${victim(side)}/archive?path=/etc/passwd`),
    breach: respondedWith(200, /root:x:0/),
  },
  {
    id: 'copy-stat',
    title: 'a look at a file in it',
    attempt: async (side) => [
      await side.send('HEAD', `/v1.45/containers/${victim(side)}/archive?path=/etc/passwd`),
      await side.send('GET', `/v1.45/containers/${victim(side)}/archive?path=/none`),
    ],
    breach: (_side, responses) => Promise.resolve(responses[0]?.status === 200),
  },
  {
    id: 'copy-in',
    title: 'docker cp into it',
    attempt: (side) =>
      side.send('PUT', `/v1.45/containers/${victim(side)}/archive?path=/tmp`, archive({ planted: 'x' }), tar),
    breach: async (side) =>
      (await side.admin('GET', `/containers/${victim(side)}/archive?path=/tmp/planted`)).status === 200,
  },
  {
    id: 'copy-in-prefix',
    title: 'docker cp into it, by the start of the id',
    attempt: (side, id) =>
      side.send(
        'PUT',
        `/v1.45/containers/${id.slice(0, 8)}/archive?path=/tmp`,
        archive({ planted: 'x' }),
        tar,
      ),
    breach: async (side) =>
      (await side.admin('GET', `/containers/${victim(side)}/archive?path=/tmp/planted`)).status === 200,
  },
  {
    id: 'export',
    title: 'docker export',
    attempt: (side) => side.send('GET', `/v1.45/containers/${victim(side)}/export`),
    breach: (_side, responses) => Promise.resolve(responses.at(-1)?.status === 200),
  },
  {
    id: 'commit',
    title: 'docker commit',
    attempt: (side) => side.send('POST', `/v1.45/commit?container=${victim(side)}&repo=${side.tag}`, '{}'),
    breach: async (side) => (await side.admin('GET', `/images/${side.tag}/json`)).status === 200,
  },
  {
    id: 'commit-prefix',
    title: 'docker commit by the start of the id',
    attempt: (side, id) =>
      side.send('POST', `/v1.45/commit?container=${id.slice(0, 8)}&repo=${side.tag}&pause=0`, '{}'),
    breach: async (side) => (await side.admin('GET', `/images/${side.tag}/json`)).status === 200,
  },
  {
    id: 'commit-twice',
    title: 'docker commit, the container named twice',
    attempt: async (side) => {
      await container(side, `${side.tag}.own`, { runtime: side.runtime });
      return side.send(
        'POST',
        `/v1.45/commit?container=${victim(side)}&container=${side.tag}.own&repo=${side.tag}`,
        '{}',
      );
    },
    // Newer versions of the API do not report from which container.
    breach: async (side) =>
      at((await side.admin('GET', `/v1.43/images/${side.tag}/json`)).json, 'Container') ===
      (await idOf(side, victim(side))),
  },
  {
    id: 'update',
    title: 'docker update',
    attempt: (side) => side.send('POST', `/v1.45/containers/${victim(side)}/update`, '{"CpuShares":77}'),
    breach: async (side) => at(await inspect(side, victim(side)), 'HostConfig', 'CpuShares') === 77,
  },
  {
    id: 'update-restart',
    title: 'docker update to a restart policy',
    attempt: (side) =>
      side.send('POST', `/v1.45/containers/${victim(side)}/update`, '{"RestartPolicy":{"Name":"always"}}'),
    breach: async (side) =>
      at(await inspect(side, victim(side)), 'HostConfig', 'RestartPolicy', 'Name') === 'always',
  },
  {
    id: 'start',
    title: 'docker start',
    start: false,
    attempt: (side) => side.send('POST', `/v1.45/containers/${victim(side)}/start`),
    breach: state('Running'),
  },
  {
    id: 'start-prefix',
    title: 'docker start by the start of the id',
    start: false,
    attempt: (side, id) => side.send('POST', `/v1.45/containers/${id.slice(0, 8)}/start`),
    breach: state('Running'),
  },
  {
    id: 'start-body',
    title: 'docker start with a body',
    start: false,
    attempt: (side) => side.send('POST', `/v1.45/containers/${victim(side)}/start?detachKeys=ctrl-a`, ' '),
    breach: state('Running'),
  },
  {
    id: 'restart',
    title: 'docker restart',
    start: false,
    attempt: (side) => side.send('POST', `/v1.45/containers/${victim(side)}/restart?t=0`),
    breach: state('Running'),
  },
  {
    id: 'unpause',
    title: 'docker unpause',
    start: 'paused',
    attempt: (side) => side.send('POST', `/v1.45/containers/${victim(side)}/unpause`),
    breach: async (side) => at(await inspect(side, victim(side)), 'State', 'Paused') === false,
  },
];

export const unprotectedAttempts: readonly Attempt[] = rows.map(
  ({ id, title, attempt, breach, start }): Attempt => ({
    id: `victim-${id}`,
    class: 'unprotected',
    title,
    outcome: 'refused',
    breach,
    prepare: async (side) => {
      // The isolation runtime's own engine also has runc: this one was created before ECI.
      await container(side, victim(side), { start: start !== false });
      if (start === 'paused') await side.admin('POST', `/containers/${victim(side)}/pause`);
    },
    attempt: async (side) => attempt(side, await idOf(side, victim(side))),
  }),
);
