import { describe, expect, test } from 'vitest';
import type { PlanEffect } from '../../shared/apply/plan.ts';
import { effectiveSettings } from '../../shared/settings/index.ts';
import { desktopCapabilities } from '../targets/docker-desktop/capabilities.ts';
import { embeddedCapabilities } from '../targets/embedded/capabilities.ts';
import { addAuditEffect, addRuleEffects, type DangerousShare } from './rule-effects.ts';

interface Policy {
  readonly eci?: boolean;
  readonly shares?: readonly string[];
  readonly images?: readonly string[];
  readonly derived?: boolean;
  readonly deny?: readonly string[];
  readonly allow?: readonly string[];
  readonly mode?: 'enforce' | 'audit';
  readonly devices?: readonly object[];
  readonly volumes?: readonly object[];
  readonly own?: readonly { image: string; type: 'deny' | 'allow'; commands: readonly string[] }[];
}

function settings({
  eci = true,
  shares,
  images = [],
  derived = false,
  deny,
  allow,
  mode,
  devices,
  volumes,
  own,
}: Policy) {
  const read = effectiveSettings(
    JSON.stringify({
      configurationFileVersion: 2,
      enhancedContainerIsolation: {
        value: eci,
        dockerSocketMount: {
          imageList: { images, allowDerivedImages: derived },
          commandList:
            allow === undefined ? { type: 'deny', commands: deny ?? [] } : { type: 'allow', commands: allow },
        },
      },
      ...(shares === undefined
        ? {}
        : { filesharingAllowedDirectories: shares.map((path) => ({ path, sharedByDefault: false })) }),
      bulkhead: { mode, perImageCommandLists: own, devices, networkVolumes: volumes },
    }),
  );
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

type Add = Parameters<typeof addRuleEffects>[4];
type Line = readonly [PlanEffect['kind'], PlanEffect['code'], ...unknown[]];

function linesOf(add: (each: Add) => void): Line[] {
  const lines: Line[] = [];
  add((kind, code, params) => {
    const { paths, images, devices, sources }: PlanEffect['params'] = params ?? {};
    lines.push(
      params === undefined ? [kind, code] : [kind, code, paths ?? images ?? devices ?? sources ?? ''],
    );
  });
  return lines;
}
const rules = (before: Policy, after: Policy, dangerous: readonly DangerousShare[] = []): Line[] =>
  linesOf((add) => {
    addRuleEffects(embeddedCapabilities, settings(before), settings(after), dangerous, add, {
      count: 0,
      names: [],
    });
  });

describe('listed devices and network volumes', () => {
  const disk = { device: '/dev/sdb', permissions: 'r', users: ['sam'] };

  test('are what containers may have from now on if they were not listed, or for fewer', () => {
    const allowed = (devices: readonly object[]) =>
      rules({ devices: [disk] }, { devices }).filter(([, code]) => code === 'devices-allowed');
    expect(allowed([disk, { device: '/dev/ttyUSB0' }])).toEqual([
      ['allowed', 'devices-allowed', ['/dev/ttyUSB0']],
    ]);
    for (const wider of [
      { ...disk, permissions: 'rw' },
      { ...disk, users: ['sam', 'kim'] },
      { device: '/dev/sdb', permissions: 'r' },
      { ...disk, groups: ['disk'] },
    ])
      expect(allowed([wider]), JSON.stringify(wider)).toEqual([['allowed', 'devices-allowed', ['/dev/sdb']]]);
    for (const narrower of [[], [{ ...disk, images: ['a/b'] }], [{ ...disk, users: [] }]])
      expect(allowed(narrower), JSON.stringify(narrower)).toEqual([]);
  });

  test('for every image and user are listed apart from those that their entries limit', () => {
    const limits = (devices: readonly object[]): unknown[] => {
      const found: unknown[] = [];
      const [before, after] = [settings({ devices: [disk] }), settings({ devices })];
      addRuleEffects(
        embeddedCapabilities,
        before,
        after,
        [],
        (_kind, code, params) => {
          if (code === 'devices-allowed') found.push(params);
        },
        { count: 0, names: [] },
      );
      return found;
    };
    const [sdc, tty, fuse] = ['/dev/sdc', '/dev/ttyUSB0', '/dev/fuse'];
    const limited = [
      { device: tty, images: ['a/b'] },
      { device: fuse, groups: ['disk'] },
    ];
    expect(limits(limited)).toEqual([{ count: 2, devices: [tty, fuse], limits: 'rule' }]);
    expect(limits([...limited, { device: sdc }, { device: tty }])).toEqual([
      { count: 2, devices: [sdc, tty], limits: 'none' },
      { count: 1, devices: [fuse], limits: 'rule' },
    ]);
  });

  test('of another machine likewise; with ECI turned on nothing is allowed that was not before', () => {
    const volumes = [{ type: 'nfs', source: 'files:/srv' }];
    expect(rules({}, { volumes })).toEqual([['allowed', 'network-volumes-allowed', ['files:/srv']]]);
    expect(rules({ volumes }, { volumes, devices: [] })).toEqual([]);
    const codes = rules({ eci: false }, { volumes, devices: [disk] }).map(([, code]) => code);
    expect(codes).toEqual(['mounts-outside-shares-refused', 'socket-images']);
  });
});

describe('shared directories', () => {
  test('an added directory is what can be mounted from now on, and no new rule', () => {
    expect(rules({}, { shares: ['$HOME', '$TMP', '/srv/proj'] })).toEqual([
      ['allowed', 'directories-allowed', ['/srv/proj']],
    ]);
  });

  test('a directory less, or ECI on, is a new rule', () => {
    expect(rules({ shares: ['/a', '/b'] }, { shares: ['/a'] })).toEqual([
      ['new-rule', 'mounts-outside-shares-refused', ['/a']],
    ]);
    expect(rules({ shares: ['/a'] }, { shares: ['/b'] })).toEqual([
      ['new-rule', 'mounts-outside-shares-refused', ['/b']],
      ['allowed', 'directories-allowed', ['/b']],
    ]);
    expect(rules({ eci: false, shares: ['/a'] }, { shares: ['/a'] })).toContainEqual([
      'new-rule',
      'mounts-outside-shares-refused',
      ['/a'],
    ]);
  });

  test('a dangerous one is not listed twice; the same directories in another form are no change', () => {
    const dangerous = [{ path: '/etc', everything: false }];
    expect(rules({}, { shares: ['$HOME', '$TMP', '/etc'] }, dangerous)).toEqual([]);
    expect(rules({}, { shares: ['$HOME', '$TMP'] })).toEqual([]);
  });
});

describe('socket mounts', () => {
  const listed = { images: ['docker:cli'] };

  test('an added image is allowed; a removed image, or no more derived images, is a new rule', () => {
    const more = { images: ['docker:cli', 'ryuk:1'] };
    expect(rules(listed, more)).toEqual([['allowed', 'socket-images', more.images]]);
    expect(rules(more, listed)).toEqual([['new-rule', 'socket-images', listed.images]]);
    expect(rules({ ...listed, derived: true }, listed)).toEqual([
      ['new-rule', 'socket-images', listed.images],
    ]);
  });

  test('every image is a danger, whatever else is listed', () => {
    const any = [['dangerous', 'socket-images', ['*']]];
    expect(rules(listed, { images: ['*'] })).toEqual(any);
    expect(rules({}, { images: ['a', 'b', 'c', 'd', 'e', '*'] })).toEqual(any);
  });

  test('every image is a danger only once: what else changes meanwhile has no effect', () => {
    expect(rules({ images: ['*', 'a'] }, { images: ['*'] })).toEqual([]);
    expect(rules({ images: ['*'] }, { images: ['*', 'a'] })).toEqual([]);
    expect(rules({ images: ['*'] }, { images: ['*'], derived: true })).toEqual([]);
    expect(rules({ eci: false, images: ['*'] }, { images: ['*'] })).toContainEqual([
      'dangerous',
      'socket-images',
      ['*'],
    ]);
  });

  test('a command list has no effect where no image may mount the socket', () => {
    expect(rules({ ...listed, allow: ['ps'] }, {})).toEqual([['new-rule', 'socket-images', []]]);
    expect(rules({}, { deny: ['push'] })).toEqual([]);
    expect(rules({ derived: true }, {})).toEqual([]);
  });

  test('a command list is a new rule only if it refuses more than before', () => {
    const kinds = (before: Policy, after: Policy) =>
      rules({ ...listed, ...before }, { ...listed, ...after }).map(([kind, code]) => `${kind} ${code}`);
    expect(kinds({}, { deny: ['push'] })).toEqual(['new-rule socket-commands']);
    expect(kinds({ deny: ['push', 'pull'] }, { deny: ['push'] })).toEqual(['allowed socket-commands']);
    expect(kinds({ deny: ['push'] }, {})).toEqual(['allowed socket-commands']);
    expect(kinds({ allow: ['ps'] }, { allow: ['ps', 'logs'] })).toEqual(['allowed socket-commands']);
    expect(kinds({ allow: ['ps', 'logs'] }, { allow: ['ps'] })).toEqual(['new-rule socket-commands']);
    expect(kinds({ allow: ['ps'] }, {})).toEqual(['allowed socket-commands']);
    expect(rules({}, { ...listed, deny: ['push'] }).map(([kind]) => kind)).toEqual(['allowed', 'new-rule']);
    expect(rules({}, listed).map(([, code]) => code)).toEqual(['socket-images']);
  });
});

describe('command lists of single images', () => {
  type Own = NonNullable<Policy['own']>[number];
  const denying = (image: string, ...commands: readonly string[]): Own => ({ image, type: 'deny', commands });
  const allowing = (image: string, ...commands: readonly string[]): Own => ({
    image,
    type: 'allow',
    commands,
  });
  const images = ['docker:cli', 'nginx:1.25'];
  const none = { count: 0, names: [] };
  /** The effects of a change of command lists only. */
  function commandEffects(
    before: Policy,
    after: Policy,
    capabilities = embeddedCapabilities,
  ): Pick<PlanEffect, 'kind' | 'params'>[] {
    const effects: Pick<PlanEffect, 'kind' | 'params'>[] = [];
    addRuleEffects(
      capabilities,
      settings({ images, ...before }),
      settings({ images, ...after }),
      [],
      (kind, code, params = {}) => {
        if (code === 'socket-commands') effects.push({ kind, params });
      },
      none,
    );
    return effects;
  }
  const ofDocker = { image: 'docker:cli', list: 'own' };

  test('an image that gets one is named with it', () => {
    expect(commandEffects({}, { own: [denying('docker:cli', 'push')] })).toEqual([
      { kind: 'new-rule', params: { ...ofDocker, type: 'deny', commands: ['push'] } },
    ]);
    expect(commandEffects({ deny: ['push'] }, { deny: ['push'], own: [denying('docker:cli')] })).toEqual([
      { kind: 'allowed', params: { ...ofDocker, type: 'deny', commands: [] } },
    ]);
    expect(
      commandEffects(
        { own: [allowing('docker:cli', 'ps')] },
        { own: [allowing('docker:cli', 'ps', 'logs'), denying('nginx:1.25', 'run')] },
      ),
    ).toEqual([
      { kind: 'allowed', params: { ...ofDocker, type: 'allow', commands: ['ps', 'logs'] } },
      { kind: 'new-rule', params: { image: 'nginx:1.25', list: 'own', type: 'deny', commands: ['run'] } },
    ]);
  });

  test('an image that loses it has the default list', () => {
    expect(commandEffects({ deny: ['push'], own: [denying('docker:cli')] }, { deny: ['push'] })).toEqual([
      {
        kind: 'new-rule',
        params: { image: 'docker:cli', list: 'default', type: 'deny', commands: ['push'] },
      },
    ]);
  });

  test('there are none with Docker Desktop, which has one list for all images', () => {
    const own = [denying('docker:cli', 'run')];
    expect(commandEffects({}, { own }, desktopCapabilities)).toEqual([]);
    expect(commandEffects({}, { own, deny: ['push'] }, desktopCapabilities)).toEqual([
      { kind: 'new-rule', params: { type: 'deny', commands: ['push'] } },
    ]);
  });

  test('a change of the list for all others is named as that of the default list', () => {
    const own = [denying('docker:cli', 'run')];
    expect(commandEffects({ own }, { own, deny: ['push'] })).toEqual([
      { kind: 'new-rule', params: { list: 'default', type: 'deny', commands: ['push'] } },
    ]);
    expect(commandEffects({}, { deny: ['push'] })).toEqual([
      { kind: 'new-rule', params: { type: 'deny', commands: ['push'] } },
    ]);
  });

  test('no effect if the commands of an image stay the same, or the list has none', () => {
    const deny = ['push', 'run'];
    expect(commandEffects({ deny }, { deny, own: [denying('docker:cli', 'run', 'push')] })).toEqual([]);
    expect(commandEffects({}, { own: [denying('ryuk:1', 'push')] })).toEqual([]);
    expect(commandEffects({}, { images: [], own: [denying('docker:cli', 'push')] })).toEqual([]);
    expect(commandEffects({ own: [denying('docker:cli', 'push')] }, { images: ['nginx:1.25'] })).toEqual([]);
    // The first that matches counts.
    const wider = denying('docker:*', 'push');
    expect(commandEffects({ own: [wider] }, { own: [wider, denying('docker:cli', 'run')] })).toEqual([]);
  });

  test('with ECI turned on, each that restricts commands, or does not as the default list does', () => {
    const own = [denying('docker:cli')];
    expect(commandEffects({ eci: false, own }, { own })).toEqual([]);
    expect(commandEffects({ eci: false, own }, { own, deny: ['push'] })).toEqual([
      { kind: 'new-rule', params: { list: 'default', type: 'deny', commands: ['push'] } },
      { kind: 'allowed', params: { ...ofDocker, type: 'deny', commands: [] } },
    ]);
    expect(commandEffects({ images: [] }, { own: [denying('docker:cli', 'push')] })).toEqual([
      { kind: 'new-rule', params: { ...ofDocker, type: 'deny', commands: ['push'] } },
    ]);
  });
});

describe('audit mode', () => {
  const audit = (before: Policy, after: Policy, capabilities = embeddedCapabilities): Line[] =>
    linesOf((add) => {
      addAuditEffect(capabilities, settings(before), settings(after), add);
    });
  const only: Policy = { mode: 'audit' };

  test('refusals end with it, and begin again without it', () => {
    expect(audit({}, only)).toEqual([['unprotected', 'audit-on']]);
    expect(audit(only, { mode: 'enforce' })).toEqual([['new-rule', 'audit-off']]);
    expect(audit(only, only)).toEqual([]);
  });

  test('ECI that goes on in audit mode refuses nothing; ECI off and Docker Desktop have none', () => {
    expect(audit({ eci: false, ...only }, only)).toEqual([['unprotected', 'audit-on']]);
    expect(audit(only, { eci: false, ...only })).toEqual([]);
    expect(audit({}, only, desktopCapabilities)).toEqual([]);
  });
});
