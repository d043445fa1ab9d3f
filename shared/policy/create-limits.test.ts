import { describe, expect, it } from 'vitest';
import { readCreateBody } from './create-container.ts';
import { inheritedDenial, maxReferences } from './create-limits.ts';
import { refusalText } from './decision.ts';
import { parseJson } from './json-parser.ts';

function refusal(body: object): string {
  const parsed = parseJson(JSON.stringify(body));
  const read = parsed.ok ? readCreateBody(parsed.value) : null;
  if (read === null) throw new Error('not JSON');
  return read.ok ? '' : refusalText(read.denial);
}
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const tooMany = new RegExp(
  String.raw`^enhanced container isolation: a container with \d+ mounts, networks and links is blocked: ` +
    '.*at most 1024 can be examined',
);

describe('references of one create request', () => {
  it.each([
    [
      'binds',
      (count: number) => ({ HostConfig: { Binds: many(count, (index) => `/s/${index}:/m${index}`) } }),
    ],
    [
      'mounts',
      (count: number) => ({
        HostConfig: { Mounts: many(count, (index) => ({ Type: 'tmpfs', Target: `/m${index}` })) },
      }),
    ],
    [
      '--volumes-from of one container',
      (count: number) => ({ HostConfig: { VolumesFrom: many(count, () => 'one') } }),
    ],
    ['links', (count: number) => ({ HostConfig: { Links: many(count, (index) => `c${index}`) } })],
    [
      'networks',
      (count: number) => ({
        NetworkingConfig: { EndpointsConfig: Object.fromEntries(many(count, (index) => [`n${index}`, {}])) },
      }),
    ],
    [
      'links on a network',
      (count: number) => ({
        NetworkingConfig: { EndpointsConfig: { n: { Links: many(count - 1, (index) => `c${index}`) } } },
      }),
    ],
  ])('is bounded: %s', (_name, body) => {
    expect(refusal(body(maxReferences))).toBe('');
    expect(refusal(body(maxReferences + 1))).toMatch(tooMany);
  });

  it('are limited together with those of other containers in VolumesFrom', () => {
    const mount = { type: 'volume', name: 'v', source: '', destination: '/v', readOnly: false };
    const containers = new Map([
      ['one', { id: 'a', protected: true, mounts: many(maxReferences / 2, () => mount) }],
      ['gone', null],
    ]);
    const inheriting = (...names: string[]) => inheritedDenial(new Map([['VolumesFrom', names]]), containers);
    expect(inheriting('one', 'gone', 'one:ro')).toBeNull();
    expect(inheriting('one', 'one', 'one:ro')).not.toBeNull();
  });
});
