import { describe, expect, it } from 'vitest';
import { defaultSettings, effectiveSettings, lockedDownSettings } from './index.ts';

const value = (text: string, options = {}) => {
  const result = effectiveSettings(text, options);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const code = (text: string, options = {}) => {
  const result = effectiveSettings(text, options);
  return result.ok ? 'ok' : result.error.code;
};

describe('effectiveSettings', () => {
  it('reads the example of the format page', () => {
    const text = `{
      "configurationFileVersion": 2,
      "enhancedContainerIsolation": { "locked": true, "value": true, "dockerSocketMount": {
        "imageList": {
          "images": ["docker.io/testcontainers/ryuk:*", "docker:cli"],
          "allowDerivedImages": true
        },
        "commandList": { "type": "deny", "commands": ["push", "build", "image*"] } } },
      "filesharingAllowedDirectories": [
        { "path": "$HOME", "sharedByDefault": true },
        { "path": "$TMP", "sharedByDefault": false }
      ],
      "blockDockerLoad": { "locked": false, "value": true },
      "linuxVM": { "dockerDaemonOptions": { "locked": false, "value": "{\\"debug\\": false}" } } }`;
    expect(value(text)).toEqual({
      eci: { value: true, locked: true },
      backend: 'auto',
      socket: {
        locked: true,
        images: ['docker.io/testcontainers/ryuk:*', 'docker:cli'],
        allowDerivedImages: true,
        commands: { type: 'deny', commands: ['push', 'build', 'image*'] },
        perImage: [],
        scope: 'all',
      },
      fileSharing: {
        kind: 'list',
        directories: [
          { path: '$HOME', sharedByDefault: true },
          { path: '$TMP', sharedByDefault: false },
        ],
      },
      blockDockerLoad: { value: true, locked: false },
      existingContainers: 'block',
      mode: 'enforce',
      hideEnvironment: 'never',
      devices: [],
      networkVolumes: [],
      language: 'en',
    });
  });

  it('interprets no file as ECI off, and an empty file as a broken one', () => {
    expect(value('')).toEqual(defaultSettings);
    expect(value('').eci.value).toBe(false);
    expect(code('', { exists: true })).toBe('settings.syntax');
    expect(code('  \n')).toBe('settings.syntax');
  });

  it('fills every default of an empty document (B4, B5)', () => {
    expect(value('{}')).toEqual(defaultSettings);
    expect(
      value(
        '{"enhancedContainerIsolation":{"value":true,"dockerSocketMount":{"imageList":{"images":["a"]}}}}',
      ).socket,
    ).toEqual({
      locked: false,
      images: ['a'],
      allowDerivedImages: true,
      commands: { type: 'deny', commands: [] },
      perImage: [],
      scope: 'all',
    });
  });

  it('distinguishes a missing share list from an empty one', () => {
    expect(value('{}').fileSharing).toEqual({ kind: 'default' });
    expect(value('{"filesharingAllowedDirectories": []}').fileSharing).toEqual({
      kind: 'list',
      directories: [],
    });
  });

  it('reads keys that only this project supports (B7)', () => {
    const own = value(
      '{"bulkhead":{"backend":"sysbox","mode":"audit","existingContainers":"warn",' +
        '"perImageCommandLists":[{"image":"docker:cli","type":"allow","commands":["ps"]},{"image":"x",' +
        '"scope":"all"}],"socketMounts":{"scope":"own"},"hideEnvironment":"socket-mounts"}}',
    );
    expect([own.backend, own.mode, own.existingContainers, own.socket.scope, own.hideEnvironment]).toEqual([
      'sysbox',
      'audit',
      'warn',
      'own',
      'socket-mounts',
    ]);
    expect(own.socket.perImage).toEqual([
      { image: 'docker:cli', type: 'allow', commands: ['ps'], scope: 'own' },
      { image: 'x', type: 'deny', commands: [], scope: 'all' },
    ]);
  });

  it('names the values of wrong types, of many the first ones', () => {
    const reason = (text: string) => {
      const read = effectiveSettings(text);
      return read.ok ? null : read.error.reason;
    };
    expect(reason('{"enhancedContainerIsolation":{"locked":"no","value":"true"}}')).toBe(
      '/enhancedContainerIsolation/locked: expected true or false, got a string. ' +
        '/enhancedContainerIsolation/value: expected true or false, got a string.',
    );
    const many = [1, 2, 3, 4, 5].map((path) => ({ path }));
    expect(reason(JSON.stringify({ filesharingAllowedDirectories: many }))).toMatch(
      /\/2\/path: expected a string, got a number\. 2 more values have wrong types, too\.$/,
    );
  });

  it.each([
    ['toggle as text', '{"enhancedContainerIsolation":{"value":"true"}}'],
    ['toggle as number', '{"enhancedContainerIsolation":{"value":1}}'],
    ['toggle null', '{"enhancedContainerIsolation":{"value":null}}'],
    ['section null', '{"enhancedContainerIsolation":null}'],
    ['section a boolean', '{"enhancedContainerIsolation":true}'],
    ['lock as text', '{"enhancedContainerIsolation":{"value":true,"locked":"yes"}}'],
    [
      'images as text',
      '{"enhancedContainerIsolation":{"value":true,"dockerSocketMount":{"imageList":{"images":"a"}}}}',
    ],
    [
      'an image a number',
      '{"enhancedContainerIsolation":{"value":true,"dockerSocketMount":{"imageList":{"images":[1]}}}}',
    ],
    [
      'unknown list type',
      '{"enhancedContainerIsolation":{"dockerSocketMount":{"commandList":{"type":"block"}}}}',
    ],
    ['share as text', '{"filesharingAllowedDirectories":["/home"]}'],
    ['share without path', '{"filesharingAllowedDirectories":[{"sharedByDefault":true}]}'],
    ['unknown backend', '{"bulkhead":{"backend":"runc"}}'],
    ['unknown mode', '{"bulkhead":{"mode":"off"}}'],
    ['unknown scope', '{"bulkhead":{"socketMounts":{"scope":"mine"}}}'],
    ['unknown scope of an image', '{"bulkhead":{"perImageCommandLists":[{"image":"a","scope":true}]}}'],
    ['unknown device permissions', '{"bulkhead":{"devices":[{"device":"/dev/x","permissions":"rx"}]}}'],
    ['a device without a name', '{"bulkhead":{"devices":[{"users":[]}]}}'],
    ['a network volume without a source', '{"bulkhead":{"networkVolumes":[{"type":"nfs"}]}}'],
    ['a network volume without a type', '{"bulkhead":{"networkVolumes":[{"source":"a:/b"}]}}'],
    ['a network volume of another type', '{"bulkhead":{"networkVolumes":[{"type":"9p","source":"a:/b"}]}}'],
    ['unknown hiding', '{"bulkhead":{"hideEnvironment":true}}'],
    ['version as text', '{"configurationFileVersion":"2"}'],
  ])('fails closed on a wrong type: %s', (_, text) => {
    expect(code(text)).toBe('settings.findings');
  });

  it('lists devices, but none with an unknown member (A5)', () => {
    const { devices } = value(
      '{"bulkhead":{"devices":[{"device":"/dev/kvm"},{"device":"/dev/x","image":["a"]},' +
        '{"device":"a.com/b=c","permissions":"r","images":["i"],"users":["u"],"groups":[]}]}}',
    );
    expect(devices).toEqual([
      { device: '/dev/kvm', access: 'rwm', images: null, users: null, groups: null },
      { device: 'a.com/b=c', access: 'r', images: ['i'], users: ['u'], groups: [] },
    ]);
    expect(lockedDownSettings.devices).toEqual([]);
  });

  it('lists network volumes, but none with a member that it does not know (A8)', () => {
    const { networkVolumes } = value(
      '{"bulkhead":{"networkVolumes":[{"type":"nfs","source":"a:/b"},' +
        '{"type":"nfs","source":"a:/c","users":["ada"]}]}}',
    );
    expect(networkVolumes).toEqual([{ type: 'nfs', source: 'a:/b' }]);
    expect(lockedDownSettings.networkVolumes).toEqual([]);
    expect(defaultSettings.networkVolumes).toEqual([]);
  });

  it.each([
    ['a duplicated toggle', '{"enhancedContainerIsolation":{"value":true,"value":false}}'],
    ['a duplicated section', '{"enhancedContainerIsolation":{"value":true},"enhancedContainerIsolation":{}}'],
    ['an escaped duplicate', '{"blockDockerLoad":{"value":true},"\\u0062lockDockerLoad":{"value":false}}'],
    ['another case', '{"EnhancedContainerIsolation":{"value":true}}'],
    ['another case inside', '{"enhancedContainerIsolation":{"Value":true}}'],
    ['a long s', '{"filesharingAllowedDirectorie\u017F":[]}'],
    ['another case in a list', '{"filesharingAllowedDirectories":[{"path":"/a","Path":"/b"}]}'],
  ])('fails closed where two readers could disagree: %s', (_, text) => {
    expect(code(text)).toBe('settings.findings');
  });

  it('ignores duplicates and case of keys it does not read', () => {
    expect(code('{"proxy":{"mode":"system","mode":"manual"},"Scout":{},"x":1,"X":2}')).toBe('ok');
  });

  it('refuses another version, a BOM and broken JSON', () => {
    expect(code('{"configurationFileVersion":3}')).toBe('settings.version-unknown');
    expect(code('\uFEFF{}')).toBe('settings.syntax');
    expect(code('{"enhancedContainerIsolation":{"value":true},}')).toBe('settings.syntax');
    expect(code('[]')).toBe('settings.syntax');
  });

  it('keeps prototype keys out of the defaults', () => {
    expect(value('{"__proto__":{"enhancedContainerIsolation":{"value":true}},"constructor":1}')).toEqual(
      defaultSettings,
    );
  });

  describe('locked', () => {
    const overrides = { eci: false, blockDockerLoad: false, socket: { images: ['evil'] } };
    const policy = (locked: boolean) =>
      `{"enhancedContainerIsolation":{"locked":${locked},"value":true,` +
      `"dockerSocketMount":{"imageList":{"images":["good"]}}},"blockDockerLoad":{"locked":${locked},` +
      '"value":true}}';
    it("true: a user's value does not count, sub-settings included", () => {
      const settings = value(policy(true), { overrides });
      expect([settings.eci.value, settings.blockDockerLoad.value, settings.socket.images]).toEqual([
        true,
        true,
        ['good'],
      ]);
    });
    it('false: a default that the user may have changed', () => {
      const settings = value(policy(false), { overrides });
      expect([settings.eci.value, settings.blockDockerLoad.value, settings.socket.images]).toEqual([
        false,
        false,
        ['evil'],
      ]);
      expect(value(policy(false)).eci.value).toBe(true);
    });
  });

  it('locks everything down if no policy can be read', () => {
    expect(lockedDownSettings.eci).toEqual({ value: true, locked: true });
    expect(lockedDownSettings.socket.images).toEqual([]);
    expect(lockedDownSettings.socket.commands).toEqual({ type: 'allow', commands: [] });
    expect(lockedDownSettings.fileSharing).toEqual({ kind: 'list', directories: [] });
    expect(lockedDownSettings.blockDockerLoad.value).toBe(true);
    expect([lockedDownSettings.socket.scope, lockedDownSettings.hideEnvironment]).toEqual(['own', 'always']);
  });
});
