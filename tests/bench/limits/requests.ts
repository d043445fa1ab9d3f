/** Requests of 4 MB that cost the most to decide, one of every known kind. */

export interface CostlyRequest {
  readonly name: string;
  readonly target: string;
  readonly body: string;
}

/** Maximum size of an inspected body. */
export const bodyBytes = 4 * 1024 * 1024;

/** As many entries as fit next to the rest of the body. */
function filled(
  make: (entry: (index: number) => string) => string,
  entry: (index: number) => string,
): string {
  let entries = '';
  const empty = Buffer.byteLength(make(() => ''));
  for (let index = 0; ; index++) {
    const next = `${index === 0 ? '' : ','}${entry(index)}`;
    if (empty + entries.length + next.length > bodyBytes) break;
    entries += next;
  }
  return make(() => entries);
}
const create = '/v1.45/containers/create';
const list = (
  name: string,
  before: string,
  entry: (index: number) => string,
  after: string,
  target = create,
): CostlyRequest => ({
  name,
  target,
  body: filled((entries) => `{"Image":"busybox",${before}${entries(0)}${after}}`, entry),
});
const bare = (name: string, target: string, body: string): CostlyRequest => ({ name, target, body });
const repeated = (text: string, around = 200) => text.repeat(Math.floor((bodyBytes - around) / text.length));

/** `docker create -p 1-65535:1-65535`, as sent by the command line. */
function everyPort(): string {
  const ports = Array.from({ length: 65_535 }, (_, index) => String(index + 1));
  return JSON.stringify({
    Image: 'busybox',
    ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
    HostConfig: {
      PortBindings: Object.fromEntries(
        ports.map((port) => [`${port}/tcp`, [{ HostIp: '', HostPort: port }]]),
      ),
    },
  });
}

/** `directory`: one that may be shared. */
export function costlyRequests(directory: string): readonly CostlyRequest[] {
  return [
    bare(
      '2,000 binds (55 KB)',
      create,
      '{"Image":"busybox","HostConfig":{"Binds":[' +
        `${Array.from({ length: 2000 }, (_, index) => `"${directory}/d${index}:/m${index}"`).join(',')}]}}`,
    ),
    bare(
      '500 binds',
      create,
      '{"Image":"busybox","HostConfig":{"Binds":[' +
        `${Array.from({ length: 500 }, (_, index) => `"${directory}/d${index}:/m${index}"`).join(',')}]}}`,
    ),
    bare(
      '500 binds of long paths',
      create,
      '{"Image":"busybox","HostConfig":{"Binds":[' +
        Array.from(
          { length: 500 },
          (_, index) => `"${`${directory}/d${index}`.padEnd(4090, '/a')}:/m${index}"`,
        ).join(',') +
        ']}}',
    ),
    bare(
      '500 volumes',
      create,
      '{"Image":"busybox","HostConfig":{"Binds":[' +
        `${Array.from({ length: 500 }, (_, index) => `"v${index}:/m${index}"`).join(',')}]}}`,
    ),
    bare('every port published', create, everyPort()),
    bare(
      'objects in lists',
      create,
      '{"Image":"busybox","x":[' +
        Array.from(
          { length: 190 },
          () => `[${Array.from({ length: 1020 }, () => '{"a":1}').join(',')}]`,
        ).join(',') +
        ']}',
    ),
    list('binds', '"HostConfig":{"Binds":[', (index) => `"${directory}/d${index}:/m${index}"`, ']}'),
    list(
      'mounts',
      '"HostConfig":{"Mounts":[',
      (index) => `{"Type":"bind","Source":"${directory}/d${index}","Target":"/m${index}"}`,
      ']}',
    ),
    list('volumes by name', '"HostConfig":{"Binds":[', (index) => `"v${index}:/m${index}"`, ']}'),
    list('anonymous volumes', '"Volumes":{', (index) => `"/m${index}":{}`, '}'),
    list('tmpfs', '"HostConfig":{"Tmpfs":{', (index) => `"/m${index}":""`, '}}'),
    bare(
      'a path of many components',
      create,
      `{"Image":"busybox","HostConfig":{"Binds":["${repeated('/a')}:/m"]}}`,
    ),
    bare(
      'a path up and down',
      create,
      `{"Image":"busybox","HostConfig":{"Binds":["${repeated('/a/..')}:/m"]}}`,
    ),
    list('volumes-from', '"HostConfig":{"VolumesFrom":[', (index) => `"c${index}"`, ']}'),
    list('links', '"HostConfig":{"Links":[', (index) => `"c${index}:l"`, ']}'),
    list('networks', '"NetworkingConfig":{"EndpointsConfig":{', (index) => `"n${index}":{}`, '}}'),
    list('exposed ports', '"ExposedPorts":{', (index) => `"${index}/tcp":{}`, '}'),
    list('port bindings', '"HostConfig":{"PortBindings":{', (index) => `"${index}/tcp":[{}]`, '}}'),
    list('labels', '"Labels":{', (index) => `"l${index}":""`, '}'),
    list('variables', '"Env":[', (index) => `"A${index}="`, ']'),
    bare('a long variable', create, `{"Image":"busybox","Env":["A=${repeated('a')}"]}`),
    list('a long command', '"Cmd":[', () => '"a"', ']'),
    list('devices', '"HostConfig":{"Devices":[', () => '{"PathOnHost":"/dev/null"}', ']}'),
    list('ulimits', '"HostConfig":{"Ulimits":[', () => '{"Name":"nofile"}', ']}'),
    list('sysctls', '"HostConfig":{"Sysctls":{', (index) => `"net.a${index}":"1"`, '}}'),
    list('hosts', '"HostConfig":{"ExtraHosts":[', (index) => `"h${index}:1.1.1.1"`, ']}'),
    list('security options', '"HostConfig":{"SecurityOpt":[', () => '"no-new-privileges"', ']}'),
    bare(
      'a seccomp profile',
      create,
      '{"Image":"busybox",' +
        `"HostConfig":{"SecurityOpt":["seccomp={\\"syscalls\\":[${repeated('0,', 400)}0]}"]}}`,
    ),
    list('empty fields that nobody knows', '', (index) => `"f${index}":""`, ''),
    list('fields that differ by case', '', (index) => `"f${index.toString(36)}":""`, ',"hostconfig":{}'),
    bare('escapes', create, `{"Image":"${repeated('\\u0041')}"}`),
    bare('surrogates', create, `{"Image":"${repeated('\\ud83d\\ude00')}"}`),
    bare('backslashes', create, `{"Image":"${repeated('\\\\')}"}`),
    bare('an image', create, `{"Image":"${repeated('a/')}a"}`),
    bare('blanks', create, `{"Image":${repeated(' ')}"busybox"}`),
    bare('nothing but brackets', create, repeated('[')),
    bare('empty lists', create, `[${repeated('[],')}[]]`),
    bare('a long number', create, `{"StopTimeout":${repeated('1')}}`),
    bare('a command', '/v1.45/containers/worst/exec', `{"Cmd":[${repeated('"",')}""]}`),
    bare(
      'options of a volume',
      '/v1.45/volumes/create',
      filled(
        (entries) => `{"Name":"v","DriverOpts":{"o":"${repeated('ro,', 100)}"${entries(0)}}}`,
        () => ' ',
      ),
    ),
    bare(
      'labels of a volume',
      '/v1.45/volumes/create',
      filled(
        (entries) => `{"Name":"v","Labels":{${entries(0)}}}`,
        (index) => `"l${index}":""`,
      ),
    ),
    bare(
      'addresses of a network',
      '/v1.45/networks/create',
      filled(
        (entries) => `{"Name":"n","IPAM":{"Config":[${entries(0)}]}}`,
        () => '{}',
      ),
    ),
  ];
}
