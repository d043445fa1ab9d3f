import { describe, expect, it, vi } from 'vitest';
import { keyAt, suggestAt } from '../assist.ts';
import { effectiveSettings } from '../effective.ts';
import { knownKeyAt, knownKeys } from '../known-keys.ts';
import { lintSettings } from '../lint/index.ts';
import { parseSettings } from '../parse.ts';
import { settingsJsonSchema } from './json-schema.ts';
import type * as EngineKeys from './engine-keys.ts';
import type * as Key from './key.ts';
import { settingsFormats } from '../../targets/capabilities.ts';

// The schema with one more key. In a process of its own: `replacingModules` in vitest.config.ts.
// eslint-disable-next-line no-restricted-properties
vi.mock('./engine-keys.ts', async (original) => {
  const [real, { key }, z] = await Promise.all([
    original<typeof EngineKeys>(),
    vi.importActual<typeof Key>('./key.ts'),
    import('zod'),
  ]);
  const dummyKey = key(z.enum(['soft', 'hard']), {
    description: { id: 'test.dummy-key', text: 'A key that only this test knows.' },
    default: 'soft',
    usedBy: 'both',
    since: { version: '4.99' },
  }).optional();
  return { ...real, engineKeys: { ...real.engineKeys, dummyKey } };
});

const own = { settingsFormat: 'engine', platform: 'linux' } as const;
const file = (member: string): string => `{ "configurationFileVersion": 2, ${member} }`;
const lint = (member: string): string[] =>
  lintSettings(file(member), own).map((f) => `${f.severity} ${f.code} ${f.pointer}: ${f.message}`);

describe('a key that is added to the schema', () => {
  it('is a known key', () => {
    expect(knownKeyAt(['dummyKey'])).toEqual({
      type: 'string',
      values: ['soft', 'hard'],
      missing: '"soft"',
      description: { id: 'test.dummy-key', text: 'A key that only this test knows.' },
      usedBy: 'both',
      since: { version: '4.99' },
    });
  });

  it('is completed, with its values', () => {
    const labels = (text: string) =>
      suggestAt(text.replace('|', ''), text.indexOf('|'))?.options.map((one) => one.label);
    expect(labels('{ | }')).toContain('"dummyKey"');
    expect(labels('{ "dummyKey": "|" }')).toEqual(['"soft"', '"hard"']);
  });

  it('is explained under the pointer', () => {
    expect(keyAt('{ "dummyKey": "soft" }', 5)).toMatchObject({
      pointer: '/dummyKey',
      key: { description: { text: 'A key that only this test knows.' } },
    });
  });

  it('is checked by lint: its type, its values, and its spelling', () => {
    expect(lint('"dummyKey": "hard"')).toEqual([]);
    expect(lint('"dummyKey": 1')).toEqual([
      'error wrong-type /dummyKey: /dummyKey: expected "soft" or "hard", got a number.',
    ]);
    expect(lint('"dummyKey": "sofd"')).toEqual([
      'error wrong-type /dummyKey: /dummyKey: expected "soft" or "hard", got "sofd".',
    ]);
    expect(lint('"dumyKey": "hard"')).toEqual([
      'warning unknown-key /dumyKey: "dumyKey" is not a known key. Did you mean "dummyKey"?',
    ]);
    expect(lint('"DummyKey": "hard"')).toEqual([
      'error unknown-key /DummyKey: "DummyKey" is not a known key. Did you mean "dummyKey"?',
    ]);
  });

  it('makes the policy unreadable if it is wrong, duplicated or misspelt', () => {
    const usable = (member: string) => effectiveSettings(file(member), { exists: true }).ok;
    expect(usable('"dummyKey": "hard"')).toBe(true);
    for (const wrong of ['"dummyKey": 1', '"dummyKey": "hard", "dummyKey": "soft"', '"DummyKey": "hard"'])
      expect(usable(wrong), wrong).toBe(false);
    expect(parseSettings(file('"dummyKey": 1'))).toMatchObject({
      ok: true,
      value: { typeErrors: [{ pointer: '/dummyKey' }] },
    });
  });

  it('is in the JSON Schema', () => {
    expect(settingsJsonSchema()['properties']).toMatchObject({
      dummyKey: {
        type: 'string',
        enum: ['soft', 'hard'],
        default: 'soft',
        description: 'A key that only this test knows. Docker Desktop reads it since 4.99.',
      },
    });
  });
});

describe('the schema', () => {
  it('contains for every top-level key who reads it', () => {
    expect(Object.entries(knownKeys).filter(([, key]) => key.usedBy === undefined)).toEqual([]);
  });

  it('has the defaults of missing keys', () => {
    const missing = (pointer: string): unknown =>
      JSON.parse(knownKeyAt(pointer.split('/'))?.missing ?? 'null');
    const socketMount = 'enhancedContainerIsolation/dockerSocketMount';
    expect(effectiveSettings(file('"bulkhead": {}'))).toMatchObject({
      ok: true,
      value: {
        eci: {
          value: missing('enhancedContainerIsolation/value'),
          locked: missing('enhancedContainerIsolation/locked'),
        },
        backend: missing('bulkhead/backend'),
        socket: {
          allowDerivedImages: missing(`${socketMount}/imageList/allowDerivedImages`),
          commands: { type: missing(`${socketMount}/commandList/type`) },
          scope: missing('bulkhead/socketMounts/scope'),
        },
        existingContainers: missing('bulkhead/existingContainers'),
        mode: missing('bulkhead/mode'),
        hideEnvironment: missing('bulkhead/hideEnvironment'),
        language: missing('bulkhead/language'),
      },
    });
  });
});

/**
 * A key of Docker's reference (November 2026). `more`: the only platforms that read it, the first version and
 * the only values, where the reference has them.
 */
type Documented = readonly [
  key: string,
  type: string,
  more?: { readonly platforms?: readonly string[]; readonly since?: string; readonly values?: string },
];
const windows = { platforms: ['win32'] };
const macos = { platforms: ['darwin'] };
const notLinux = { platforms: ['darwin', 'win32'] };
/** Those with a lock and a value. */
const documentedEntries: readonly Documented[] = [
  ['enhancedContainerIsolation', 'boolean'],
  ['blockDockerLoad', 'boolean'],
  ['analyticsEnabled', 'boolean'],
  ['disableUpdate', 'boolean'],
  ['silentModulesUpdate', 'boolean'],
  ['displayedOnboarding', 'boolean'],
  ['desktopTerminalEnabled', 'boolean'],
  ['exposeDockerAPIOnTCP2375', 'boolean', windows],
  ['extensionsEnabled', 'boolean'],
  ['onlyMarketplaceExtensions', 'boolean'],
  ['extensionsPrivateMarketplace', 'boolean'],
  ['extensionsPrivateMarketplaceAdminContactURL', 'string'],
  ['useVirtualizationFrameworkVirtioFS', 'boolean', macos],
  ['useGrpcfuse', 'boolean', macos],
  ['useVirtualizationFrameworkRosetta', 'boolean', macos],
  ['enableInference', 'boolean'],
  ['enableInferenceTCP', 'boolean'],
  ['enableInferenceTCPPort', 'number'],
  ['enableInferenceCORS', 'string'],
  ['enableInferenceGPUVariant', 'boolean', windows],
  ['allowBetaFeatures', 'boolean'],
  ['allowExperimentalFeatures', 'boolean'],
  ['enableDockerAI', 'boolean'],
  ['enableDockerMCPToolkit', 'boolean'],
  ['enableCloud', 'boolean'],
  ['defaultNetworkingMode', 'string', { ...notLinux, values: 'dual-stack ipv4only ipv6only' }],
  ['dnsInhibition', 'string', { ...notLinux, values: 'auto ipv4 ipv6 none' }],
  [
    'portBindingBehavior',
    'string',
    { since: '4.52', values: 'default-port-binding default-local-port-binding local-only-port-binding' },
  ],
  ['linuxVM/wslEngineEnabled', 'boolean', windows],
  ['linuxVM/dockerDaemonOptions', 'string'],
  ['linuxVM/vpnkitCIDR', 'string', macos],
  ['windowsContainers/dockerDaemonOptions', 'string', windows],
];
const proxy = ['locked boolean', 'mode string', 'http string', 'https string', 'exclude any', 'pac string'];
const documentedMembers: readonly Documented[] = [
  ['configurationFileVersion', 'number'],
  ['enhancedContainerIsolation/dockerSocketMount/imageList/images', 'list'],
  ['enhancedContainerIsolation/dockerSocketMount/imageList/allowDerivedImages', 'boolean'],
  ['enhancedContainerIsolation/dockerSocketMount/commandList/type', 'string'],
  ['enhancedContainerIsolation/dockerSocketMount/commandList/commands', 'list'],
  ['filesharingAllowedDirectories/0/path', 'string'],
  ['filesharingAllowedDirectories/0/sharedByDefault', 'boolean'],
  ...['proxy', 'containersProxy'].flatMap((group) =>
    [...proxy, 'embeddedPac string'].map((member): Documented => {
      const [name = '', type = ''] = member.split(' ');
      return [`${group}/${name}`, type, name === 'mode' ? { values: 'system manual' } : {}];
    }),
  ),
  ['proxy/windowsDockerdPort', 'number', windows],
  ['proxy/enableKerberosNtlm', 'boolean'],
  ['containersProxy/transparentPorts', 'string'],
  ['kubernetes/locked', 'boolean'],
  ['kubernetes/enabled', 'boolean'],
  ['kubernetes/showSystemContainers', 'boolean'],
  ['kubernetes/imagesRepository', 'string'],
  ['scout/locked', 'boolean'],
  ['scout/sbomIndexing', 'boolean'],
  ['scout/useBackgroundIndexing', 'boolean'],
];

const casesOf = (keys: readonly Documented[]) => keys.map(([path, type, more]) => ({ path, type, more }));

describe('the keys that Docker documents', () => {
  const known = (path: string) => {
    const found = knownKeyAt(path.split('/'));
    return {
      type: found?.type,
      platforms: found?.platforms?.toSorted(),
      since: found?.since?.version,
      values: found?.values?.join(' '),
    };
  };

  it.each(casesOf(documentedEntries))('$path can be locked, and is as documented', ({ path, type, more }) => {
    expect(known(`${path}/locked`).type).toBe('boolean');
    const { type: valueType, platforms, values } = known(`${path}/value`);
    expect({ type: valueType, platforms, values }).toEqual({
      type,
      platforms: more?.platforms,
      values: more?.values,
    });
    if (more?.since !== undefined) expect(known(path).since).toBe(more.since);
  });

  it.each(casesOf(documentedMembers))('$path is as documented', ({ path, type, more }) => {
    const { since: _since, ...found } = known(path);
    const { values = found.values, platforms } = more ?? {};
    expect(found).toEqual({ type, platforms, values });
  });
});

describe('$schema', () => {
  const member = '"$schema": "./admin-settings.schema.json"';

  it.each(settingsFormats)('is no finding for the format %s', (settingsFormat) => {
    expect(lintSettings(file(member), { settingsFormat, platform: 'linux' })).toEqual([]);
    expect(effectiveSettings(file(member), { exists: true }).ok).toBe(true);
  });

  it('is a warning if it is not a text, and the policy is readable all the same', () => {
    expect(lint('"$schema": 1')).toEqual([
      'warning wrong-type /$schema: /$schema: expected a string, got a number.',
    ]);
    expect(effectiveSettings(file('"$schema": 1'), { exists: true }).ok).toBe(true);
  });
});
