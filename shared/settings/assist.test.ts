import { describe, expect, it } from 'vitest';
import { keyAt, suggestAt } from './assist.ts';
import type { SettingsFormat } from '../targets/capabilities.ts';
import { formatSettings } from './format.ts';

/** Text with `|` where the cursor is. */
const at = (marked: string): [string, number] => [marked.replace('|', ''), marked.indexOf('|')];
const suggest = (marked: string, format?: SettingsFormat) => suggestAt(...at(marked), format);
const labels = (marked: string, format?: SettingsFormat) =>
  suggest(marked, format)?.options.map((option) => option.label) ?? null;
/** The text after accepting a suggestion, placeholders filled with their defaults. */
const take = (marked: string, label: string): string => {
  const [text] = at(marked);
  const found = suggest(marked);
  const option = found?.options.find((one) => one.label === label);
  if (found === null || option?.insert == null) throw new Error(`no ${label}`);
  return (
    text.slice(0, found.from) +
    option.insert.replaceAll(/(?<!\\)\$\{([^}]*)\}/g, '$1').replaceAll('\\$', '$') +
    text.slice(found.to)
  );
};

describe('completion at a position', () => {
  it('offers the keys of the object around it, except those that exist', () => {
    expect(labels('{ "configurationFileVersion": 2, | }')).toEqual(
      expect.arrayContaining(['"enhancedContainerIsolation"', '"bulkhead"', '"proxy"']),
    );
    expect(labels('{ "configurationFileVersion": 2, | }')).not.toContain('"configurationFileVersion"');
    expect(labels('{ "enhancedContainerIsolation": { "value": true, "|" } }')).toEqual([
      '"locked"',
      '"dockerSocketMount"',
    ]);
    expect(labels('{ "unknown": { "|" } }')).toBeNull();
  });

  it("lists the engine's own keys before Docker Desktop's, and on Docker Desktop only those it knows", () => {
    const own = labels('{ | }') ?? [];
    expect(own.indexOf('"bulkhead"')).toBeLessThan(own.indexOf('"proxy"'));
    expect(labels('{ | }', 'desktop')).not.toContain('"bulkhead"');
  });

  it.each([
    ['{ | }', '"blockDockerLoad"', '{ "blockDockerLoad": { "locked": false, "value": true } }'],
    ['{ "bulkhead": { mo| } }', '"mode"', '{ "bulkhead": { "mode": "enforce" } }'],
    ['{ "bulkhead": { "mo|": "audit" } }', '"mode"', '{ "bulkhead": { "mode": "audit" } }'],
    ['{ | "proxy": {} }', '"bulkhead"', '{ "bulkhead": {  }, "proxy": {} }'],
    [
      '{ "enhancedContainerIsolation": { "value": f| } }',
      'true',
      '{ "enhancedContainerIsolation": { "value": true } }',
    ],
    ['{ "bulkhead": { "mode": "|enforce" } }', '"audit"', '{ "bulkhead": { "mode": "audit" } }'],
    ['{ "bulkhead": { "mode": | } }', '"audit"', '{ "bulkhead": { "mode": "audit" } }'],
    [
      '{ "filesharingAllowedDirectories": [{ "path": "|" }] }',
      '"$HOME"',
      '{ "filesharingAllowedDirectories": [{ "path": "$HOME" }] }',
    ],
    [
      '{ "enhancedContainerIsolation": { "dockerSocketMount": { "commandList": { "commands": ["push", ' +
        '"im|"] } } } }',
      '"image*"',
      '{ "enhancedContainerIsolation": { "dockerSocketMount": { "commandList": { "commands": ["push", ' +
        '"image*"] } } } }',
    ],
  ])('%s and %s give %s', (marked, label, expected) => {
    expect(take(marked, label)).toBe(expected);
  });

  it('explains commands that can’t be listed instead of offering them', () => {
    const found = suggest('{ "bulkhead": { "perImageCommandLists": [{ "commands": [|] }] } }')?.options ?? [];
    expect(found.find((option) => option.label === '"compose"')).toMatchObject({
      kind: 'unsupported',
      insert: null,
      about: { text: "Can't be listed: it calls run, create, network create and others." },
    });
    expect(found.filter((option) => option.kind === 'group').map((option) => option.label)).toContain(
      '"container*"',
    );
  });

  it('offers nothing right after a complete value', () => {
    expect(
      suggest('{ "bulkhead": { "mode": "audit"   |} }')?.options.every((option) => option.kind === 'key') ??
        true,
    ).toBe(true);
    expect(suggest('{ "enhancedContainerIsolation": { "value": true  |')).toBeNull();
  });
});

describe('the meaning of a key', () => {
  it('is shown on the key and on its value, with who reads it and what a missing one means', () => {
    expect(keyAt(...at('{ "enhancedContainerIsolation": { "val|ue": true } }'))).toMatchObject({
      pointer: '/enhancedContainerIsolation/value',
      key: { usedBy: 'both', missing: 'false' },
    });
    expect(keyAt(...at('{ "bulkhead": { "mode": "au|dit" } }'))).toMatchObject({
      pointer: '/bulkhead/mode',
      key: { usedBy: 'engine', missing: '"enforce"', values: ['enforce', 'audit'] },
    });
    expect(keyAt(...at('{ "exposeDockerAPIOnTCP2375": { "va|lue": true } }'))).toMatchObject({
      key: { usedBy: 'desktop', platforms: ['win32'] },
    });
    expect(keyAt(...at('{ "somethin|g": 1 }'))).toBeNull();
    expect(keyAt(...at('{ "bulkhead": {   | } }'))).toBeNull();
  });
});

describe('formatting', () => {
  it('changes white space only, keeps the notation of numbers and the kind of line ends', () => {
    expect(formatSettings('{"a":1.0,"b":[1,2],\r\n"c":{}}')).toEqual({
      ok: true,
      value: '{\r\n  "a": 1.0,\r\n  "b": [\r\n    1,\r\n    2\r\n  ],\r\n  "c": {}\r\n}\r\n',
    });
  });
  it('is refused for invalid JSON', () => {
    expect(formatSettings('{"a":}')).toMatchObject({ ok: false, error: { code: 'settings.syntax' } });
  });
});
