import { describe, expect, it } from 'vitest';
import { parseJson } from './json-parser.ts';
import { writeJson, type Json, type JsonObject } from './json.ts';
import {
  linkedContainers,
  narrowFilters,
  ownerLabel,
  ownerLabelDenial,
  withOwnedMounts,
  withOwnerLabel,
  withPinnedLinks,
} from './owner.ts';

const read = (value: unknown): JsonObject => {
  const parsed = parseJson(JSON.stringify(value));
  if (!parsed.ok || !(parsed.value instanceof Map)) throw new Error('no object');
  return parsed.value;
};
const plain = (value: Json | null): unknown => (value === null ? null : JSON.parse(writeJson(value)));
const mine = { [ownerLabel]: 'me' };

describe('B7: the owner of an object', () => {
  it('a client cannot set the label, wherever labels can be given; the owner may repeat its own', () => {
    const bodies = [
      { Labels: mine },
      { Labels: { [ownerLabel]: '' } },
      { HostConfig: { Mounts: [{ Type: 'volume' }, { Type: 'volume', VolumeOptions: { Labels: mine } }] } },
    ];
    for (const body of bodies)
      expect(ownerLabelDenial(read(body), null)).toMatchObject({ rule: 'owner-label' });
    expect(ownerLabelDenial(read({ Labels: mine }), 'me')).toBeNull();
    expect(ownerLabelDenial(read({ Labels: mine }), 'other')).not.toBeNull();
    expect(ownerLabelDenial(read({ Labels: { a: 'b' } }), null)).toBeNull();
  });

  it('labels what is created, and the volumes that its mounts create', () => {
    expect(plain(withOwnerLabel(read({ Image: 'x', Labels: { a: 'b' } }), 'me'))).toEqual({
      Image: 'x',
      Labels: { a: 'b', ...mine },
    });
    expect(
      plain(
        withOwnedMounts(
          read({
            HostConfig: {
              Mounts: [
                { Type: 'bind', Source: '/a' },
                { Type: 'volume', Source: 'v', VolumeOptions: { NoCopy: true } },
              ],
            },
          }),
          'me',
        ),
      ),
    ).toEqual({
      HostConfig: {
        Mounts: [
          { Type: 'bind', Source: '/a' },
          { Type: 'volume', Source: 'v', VolumeOptions: { NoCopy: true, Labels: mine } },
        ],
      },
    });
  });

  it.each([
    [{}, { label: { [`${ownerLabel}=me`]: true } }],
    [
      { label: ['a=b'], status: ['running', 'exited'] },
      { label: { 'a=b': true, [`${ownerLabel}=me`]: true }, status: { running: true, exited: true } },
    ],
    [
      { label: { a: true }, until: { '1h': true } },
      { label: { a: true, [`${ownerLabel}=me`]: true }, until: { '1h': true } },
    ],
  ])('narrows the filters %j', (sent, narrowed) => {
    expect(plain(narrowFilters(read(sent), 'me'))).toEqual(narrowed);
  });

  it.each([
    ['a list', []],
    ['a text', 'x'],
    ['a null', null],
    ['odd values', new Map([['label', 'x']])],
    ['odd elements', new Map([['label', [true]]])],
  ])('refuses filters that are %s', (_, sent) => {
    expect(narrowFilters(sent as Json, 'me')).toBeNull(); // in any order
  });

  it('finds linked containers', () => {
    expect(
      linkedContainers(
        read({
          HostConfig: { Links: ['/a:b', 'c'] },
          NetworkingConfig: { EndpointsConfig: { n: { Links: ['d:e'] } } },
        }),
      ),
    ).toEqual(['a', 'c', 'd']);
  });

  it('links to the inspected object, whatever has the name by then', () => {
    const ids = new Map([
      ['a', '1'],
      ['c', '3'],
    ]);
    expect(
      plain(withPinnedLinks(read({ HostConfig: { Links: ['/a:b', 'c', 'd:e'], Init: true } }), ids)),
    ).toEqual({ HostConfig: { Links: ['1:b', '3:c', 'd:e'], Init: true } });
    expect(plain(withPinnedLinks(read({ Image: 'x' }), ids))).toEqual({ Image: 'x' });
  });
});
