import { describe, expect, it } from 'vitest';
import {
  defaultSettings,
  type CommandList,
  type EffectiveSettings,
  type SocketScope,
} from '../settings/effective.ts';
import {
  decideCommand,
  governingList,
  listsNeedingTrust,
  sameList,
  type EndpointCommands,
  type GoverningList,
  type ListFinding,
} from './commands.ts';
import { loadTranslator } from '../messages/translator.ts';
import { refusalText } from './decision.ts';

const chinese = await loadTranslator('zh-CN');

const image = { image: 'docker:cli' };
const list = (type: 'deny' | 'allow', ...commands: string[]): GoverningList => ({
  type,
  commands,
  setting: '/enhancedContainerIsolation/dockerSocketMount/commandList',
  scope: 'all',
  scopeSetting: '/bulkhead/socketMounts/scope',
  undecided: [],
  unusedListOfName: null,
});
const push: EndpointCommands = { method: 'POST', commands: ['push'], alsoUsedBy: [] };
const start: EndpointCommands = { method: 'POST', commands: ['start'], alsoUsedBy: ['run'] };
const create: EndpointCommands = { method: 'POST', commands: ['create', 'run'], alsoUsedBy: [] };
const allowed = (endpoint: EndpointCommands, governing: GoverningList) =>
  decideCommand(endpoint, governing, image) === null;

describe('B5: requests allowed through a mounted socket', () => {
  it('a deny list denies what is a listed command, not what a listed command needs', () => {
    expect([
      allowed(push, list('deny', 'push')),
      allowed(push, list('deny', 'image*')),
      allowed(push, list('deny', 'pull')),
    ]).toEqual([false, false, true]);
    expect([
      allowed(create, list('deny', 'run')),
      allowed(start, list('deny', 'run')),
      allowed(start, list('deny', 'start')),
    ]).toEqual([false, true, false]);
    expect(allowed(push, list('deny'))).toBe(true);
  });

  it('an allow list allows what a listed command is or needs', () => {
    expect([
      allowed(create, list('allow', 'container run')),
      allowed(start, list('allow', 'run')),
      allowed(push, list('allow', 'run')),
    ]).toEqual([true, true, false]);
    expect(allowed(push, list('allow'))).toBe(false);
  });

  it('version negotiation is always allowed', () => {
    const version = { method: 'GET', commands: ['version'], alsoUsedBy: [] };
    const ping = { method: 'HEAD', commands: [], alsoUsedBy: [] };
    for (const governing of [list('allow'), list('deny', 'version'), list('deny', 'pushh')])
      expect([allowed(version, governing), allowed(ping, governing)]).toEqual([true, true]);
  });

  it.each(['pushh', 'compose', 'image**', 'Push', ''])(
    'fails closed on the entry "%s": a deny list with it denies all, an allow list gains nothing',
    (entry) => {
      expect(allowed(push, list('deny', entry))).toBe(false);
      expect(refusalText(decideCommand(push, list('deny', entry), image) ?? fail())).toContain(`"${entry}"`);
      expect(allowed(push, list('allow', entry))).toBe(false);
      expect(allowed(push, list('allow', entry, 'push'))).toBe(true);
    },
  );

  it('B6: names the command, the rule, the list and the setting', () => {
    expect(refusalText(decideCommand(create, list('deny', 'ps', 'run'), image) ?? fail())).toBe(
      'enhanced container isolation: docker run through the Docker socket of a container of docker:cli ' +
        'is blocked: the command list of the mounted socket does not let it through (the list denies "ps", ' +
        '"run"; B5); ' +
        'an administrator can allow it in enhancedContainerIsolation.dockerSocketMount.commandList',
    );
    expect(refusalText(decideCommand(create, list('deny', 'ps', 'run'), image) ?? fail(), chinese)).toContain(
      '（列表拒绝 "ps"、"run"；B5）',
    );
    const own = { ...list('allow', 'ps'), setting: '/bulkhead/perImageCommandLists/3' } as const;
    expect(refusalText(decideCommand(push, own, image) ?? fail())).toMatch(
      /docker push .*allows only "ps".*bulkhead\.perImageCommandLists\[3\]$/,
    );
  });

  it('what no list can name may at most be read', () => {
    const plugins = { commands: ['plugin ls'], alsoUsedBy: [] };
    expect([
      allowed({ method: 'GET', ...plugins }, list('deny', 'push')),
      allowed({ method: 'DELETE', ...plugins }, list('deny', 'push')),
      allowed({ method: 'GET', ...plugins }, list('allow', 'ps')),
    ]).toEqual([true, false, false]);
  });

  it('lists commands with subcommands by their first argument', () => {
    const services = { method: 'GET', commands: ['service ls'], alsoUsedBy: [] };
    expect([
      allowed(services, list('deny', 'service')),
      allowed(services, list('allow', 'service')),
      allowed(services, list('deny', 'node')),
    ]).toEqual([false, true, true]);
  });
});

describe('B7: which list applies', () => {
  const perImage = (
    ...lists: readonly (CommandList & { image: string; scope?: SocketScope })[]
  ): EffectiveSettings['socket'] => ({
    ...defaultSettings.socket,
    commands: { type: 'deny', commands: ['push'] },
    perImage: lists.map((one) => ({ scope: 'own', ...one })),
  });
  const ps = { type: 'allow', commands: ['ps'] } as const;
  const mount = (
    name: string,
    allowedBy = name,
    findings: Readonly<Record<string, ListFinding['its']>> = {},
  ) => ({
    image: name,
    allowedBy,
    governing: Object.entries(findings).map(([image, its]) => ({ image, its })),
  });
  const general = '/enhancedContainerIsolation/dockerSocketMount/commandList';

  it('the first that matches what vouches for the image, else the general one', () => {
    const socket = perImage(
      { image: 'docker:cli', ...ps },
      { image: 'docker:*', type: 'deny', commands: [] },
    );
    expect(governingList(socket, mount('docker:cli'))).toMatchObject({
      setting: '/bulkhead/perImageCommandLists/0',
      ...ps,
      scope: 'own',
    });
    expect(governingList(socket, mount('docker:27', 'docker:*', { 'docker:cli': 'no' })).setting).toBe(
      '/bulkhead/perImageCommandLists/1',
    );
    expect(
      governingList(socket, mount('reg:5000/docker:cli', '*', { 'docker:cli': 'no', 'docker:*': 'no' })),
    ).toMatchObject({
      setting: '/enhancedContainerIsolation/dockerSocketMount/commandList',
      type: 'deny',
      scope: 'all',
    });
  });

  it('by the entry that allowed it, even if another image was built from the allowed one', () => {
    const socket = perImage({ image: 'ci/runner:*', ...ps });
    expect(governingList(socket, mount('local-build', 'ci/runner:1')).setting).toBe(
      '/bulkhead/perImageCommandLists/0',
    );
    expect(governingList(socket, mount('sha256:' + 'a'.repeat(64), 'ci/runner:1')).setting).toBe(
      '/bulkhead/perImageCommandLists/0',
    );
  });

  it('by content, not by name: under an entry for several images, image trust decides', () => {
    const socket = perImage({ image: 'wide', type: 'deny', commands: [] });
    for (const [allowedBy, name] of [
      ['*', 'wide'],
      ['team/*:*', 'wide:latest'],
      ['other', 'wide@sha256:' + 'a'.repeat(64)],
    ] as const) {
      expect(governingList(socket, mount(name, allowedBy, { wide: 'no' })).setting).toBe(general);
      expect(governingList(socket, mount('anything', allowedBy, { wide: 'direct' })).setting).toBe(
        '/bulkhead/perImageCommandLists/0',
      );
      expect(listsNeedingTrust(socket, mount(name, allowedBy))).toEqual(['wide']);
    }
    expect(listsNeedingTrust(socket, mount('x', 'wide:latest'))).toEqual([]);
  });

  it('a list of the name that is not used is named by the refusal', () => {
    const socket = perImage({ image: 'other', ...ps }, { image: 'wide', type: 'deny', commands: [] });
    const by = (name: string, its: ListFinding['its']) => {
      const list = governingList(socket, mount(name, '*', { wide: its, other: 'no' }));
      return {
        unused: list.unusedListOfName,
        detail: decideCommand({ method: 'POST', commands: ['push'], alsoUsedBy: [] }, list, { image: name })
          ?.detail,
      };
    };
    expect(by('wide:latest', 'no')).toEqual({
      unused: 'wide',
      detail:
        'the list denies "push"; the list of wide does not apply: ' +
        'no registry has this content under that name',
    });
    expect(by('anything', 'no')).toEqual({ unused: null, detail: 'the list denies "push"' });
    expect(by('wide', 'direct')).toEqual({ unused: null, detail: undefined });
  });

  it("B4: an image built from a list's image is covered by it while derived images are allowed", () => {
    const socket = perImage({ image: 'wide', ...ps });
    const built = mount('mine', '*', { wide: 'derived' });
    expect(governingList(socket, built).setting).toBe('/bulkhead/perImageCommandLists/0');
    expect(governingList({ ...socket, allowDerivedImages: false }, built).setting).toBe(general);
  });

  it("while it is unknown whether a list is the image's, that list and the next both apply", () => {
    const socket = {
      ...perImage(
        { image: 'a', type: 'allow', commands: ['ps', 'run'], scope: 'all' },
        { image: 'b', type: 'deny', commands: ['ps'] },
        { image: 'c', type: 'allow', commands: [] },
      ),
    };
    const unsure = governingList(socket, mount('x', '*', { a: 'unknown', b: 'direct' }));
    expect([unsure.setting, ...unsure.undecided.map(({ setting }) => setting)]).toEqual([
      '/bulkhead/perImageCommandLists/0',
      '/bulkhead/perImageCommandLists/1',
    ]);
    expect(unsure).toMatchObject({ scope: 'own', scopeSetting: '/bulkhead/perImageCommandLists/1' });
    const list = (method: string, command: string) =>
      decideCommand({ method, commands: [command], alsoUsedBy: [] }, unsure, { image: 'x' });
    expect([list('GET', 'ps')?.setting, list('POST', 'run'), list('POST', 'push')?.setting]).toEqual([
      '/bulkhead/perImageCommandLists/1',
      null,
      '/bulkhead/perImageCommandLists/0',
    ]);
    expect(list('GET', 'ps')?.detail).toContain('could not be determined');
    expect(listsNeedingTrust(socket, mount('x', '*', { b: 'no' }))).toEqual(['a', 'c']);
    const never = governingList(socket, mount('x', '*'));
    expect([never.undecided.at(-1)?.setting, sameList(never, never), sameList(unsure, unsure)]).toEqual([
      general,
      false,
      false,
    ]);
    expect(listsNeedingTrust(socket, mount('x', '*', { a: 'unknown', b: 'direct' }))).toEqual(['a']);
  });

  it('an entry that is not an image reference matches nothing', () => {
    expect(governingList(perImage({ image: 'UPPER', ...ps }), mount('docker:cli')).setting).toBe(
      '/enhancedContainerIsolation/dockerSocketMount/commandList',
    );
  });
});

function fail(): never {
  throw new Error('was not denied');
}
