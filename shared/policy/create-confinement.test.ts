import { describe, expect, it } from 'vitest';
import { decideConfinement } from './create-confinement.ts';
import { refusalText, type Denial } from './decision.ts';
import { isObject } from './json.ts';
import { parseJson } from './json-parser.ts';

function denialOf(host: object): Denial | null {
  const parsed = parseJson(JSON.stringify(host));
  if (!parsed.ok || !isObject(parsed.value)) throw new Error('not an object');
  return decideConfinement(parsed.value, new Map(), { runtime: 'bulkhead' });
}
function refusal(host: object): string {
  const denial = denialOf(host);
  return denial === null ? '' : refusalText(denial);
}

describe('A1: security options', () => {
  const error = (option: string) => denialOf({ SecurityOpt: [option] })?.engineError?.message;
  it.each([
    'no-new-privileges',
    'no-new-privileges=1',
    'no-new-privileges:FALSE',
    'writable-cgroups=t',
    'label=disable',
    'disable',
    'label:type:x_t',
    'apparmor=unconfined',
  ])('%s passes', (option) => {
    expect(denialOf({ SecurityOpt: [option] })).toBeNull();
  });
  it.each([
    ['foo', 'invalid --security-opt 1: "foo"'],
    ['', 'invalid --security-opt 1: ""'],
    ['foo=bar', 'invalid --security-opt 2: "foo=bar"'],
    ['foo:bar', 'invalid --security-opt 2: "foo:bar"'],
    ['seccomp:a=b', 'invalid --security-opt 2: "seccomp:a=b"'],
    ['no-new-privileges=maybe', 'invalid --security-opt 2: "no-new-privileges=maybe"'],
    ['credentialspec=file://x', 'invalid --security-opt 2: "credentialspec=file://x"'],
  ])('%s is one that no engine has, and gets its error', (option, message) => {
    expect(error(option)).toBe(message);
  });
  it.each(['seccomp={"listenerPath":"/x"}', 'seccomp=/etc/x', 'apparmor=../x', 'label=..', 'é', 'a\n=b'])(
    '%j is refused by us: some engine may take it, or quote it in another way',
    (option) => {
      expect(denialOf({ SecurityOpt: [option] })).toMatchObject({ rule: 'security-option' });
      expect(error(option)).toBeUndefined();
    },
  );
});

describe('the tag of a log driver, a template that the engine runs', () => {
  const tagged = (tag: string, key = 'tag') =>
    refusal({ LogConfig: { Type: 'syslog', Config: { [key]: tag } } });
  it.each([
    '',
    'web',
    '{{.Name}}',
    '{{.ImageName}}/{{ .Name }}/{{.ID}}',
    '{{- .DaemonName -}}',
    '{{index .ContainerLabels "com.example.part"}}',
    '{{slice .FullID 0 6}}',
    '{{json .ContainerEnv}}',
    '{{.Name | upper}}',
    '{{(index .ContainerLabels "a")}}',
    'a{b}c',
  ])('passes with fields: %s', (tag) => {
    expect(tagged(tag)).toBe('');
  });
  it.each([
    '{{range 1000000000000}}{{end}}',
    '{{printf "%900000d" 1}}',
    '{{pad .Name 1000000000 1}}',
    '{{$a := .Name}}',
    '{{with .Name}}{{end}}',
    '{{define "x"}}{{end}}{{template "x"}}',
    '{{{.ID}}{range 9}}{{end}}',
    '{{"{{.ID}}"}}',
    '{{/* {{.ID}} */}}',
    '{{join .ContainerEnv .ContainerEntrypoint}}',
    '{{ .Name',
    '{{\n.Name}}',
    '{{.Name}}{{range 9}}{{end}}',
    `{{${' '.repeat(100_000)}.Name}}`,
  ])('is refused with what may loop or grow: %s', (tag) => {
    expect(tagged(tag)).toMatch(/^enhanced container isolation: --log-opt tag=/);
    expect(tagged(tag, 'gelf-tag')).toMatch(/^enhanced container isolation: --log-opt gelf-tag=/);
  });
});

describe('A5: limits of devices', () => {
  const keys = [
    'BlkioWeightDevice',
    'BlkioDeviceReadBps',
    'BlkioDeviceWriteBps',
    'BlkioDeviceReadIOps',
    'BlkioDeviceWriteIOps',
  ];
  it.each(['/dev/sda', '/dev/nvme0n1p1', '/dev/mapper/vg-root', '/dev/disk/by-id/scsi-0_1', '/dev/dm-0'])(
    'are for devices: %s',
    (device) => {
      for (const key of keys) expect(refusal({ [key]: [{ Path: device }] })).toBe('');
    },
  );
  it.each([
    '/root/.ssh/id_rsa',
    '/dev/../root/x',
    '/dev/fd/3',
    '/dev/shm/link',
    '/dev/fd',
    '/dev/shm',
    '/dev/disk/by-id/../../x',
    '/dev/mapper/..',
    '/dev/.',
    'dev/sda',
    '',
    '/dev/',
    '/dev/sda/',
    '/dev//sda',
  ])('do not reveal whether a file exists: %s', (file) => {
    for (const key of keys)
      expect(refusal({ [key]: [{ Path: file }] })).toMatch(
        /^enhanced container isolation: a limit for the device .*\bA5\)/,
      );
  });
});
