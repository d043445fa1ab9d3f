import { describe, expect, it } from 'vitest';
import { decideConfinement } from './create-confinement.ts';
import { refusalText } from './decision.ts';
import { isObject } from './json.ts';
import { parseJson } from './json-parser.ts';

function refusal(host: object): string {
  const parsed = parseJson(JSON.stringify(host));
  if (!parsed.ok || !isObject(parsed.value)) throw new Error('not an object');
  const denial = decideConfinement(parsed.value, new Map(), { runtime: 'bulkhead' });
  return denial === null ? '' : refusalText(denial);
}

describe('the tag of a log driver, a template that the engine evaluates', () => {
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
        /^enhanced container isolation: a limit for the device .*\(A5\)/,
      );
  });
});
