import { describe, expect, it } from 'vitest';
import { governingList } from '../../shared/policy/commands.ts';
import {
  defaultSettings,
  type CommandList,
  type EffectiveSettings,
  type SocketScope,
} from '../../shared/settings/effective.ts';
import { fixedSocketMounts, socketMount } from '../../tests/support/socket-mounts.ts';
import { parseTarget } from '../http/message/target.ts';
import { matchRoute } from '../routes/match.ts';
import { callDenial, commandDenial, holderDenial, nestedDenial } from './socket-client.ts';

const settingsWith = (commands: CommandList, scope: SocketScope = 'all'): EffectiveSettings => ({
  ...defaultSettings,
  socket: {
    ...defaultSettings.socket,
    commands,
    scope,
    perImage: [{ image: 'ci/wide', type: 'deny', commands: [], scope: 'all' }],
  },
});
const narrow = socketMount('n', '/s/n', { image: 'ci/narrow', governing: [{ image: 'ci/wide', its: 'no' }] });
const twin = socketMount('t', '/s/t', { image: 'ci/twin', governing: [{ image: 'ci/wide', its: 'no' }] });
const wide = socketMount('w', '/s/w', { image: 'ci/wide' });
const unsure = socketMount('u', '/s/u', {
  image: 'ci/unsure',
  governing: [{ image: 'ci/wide', its: 'unknown' }],
});
const mounts = fixedSocketMounts([narrow, twin, wide, unsure]);
const clientUnder = (settings: EffectiveSettings) => ({
  mount: narrow,
  list: governingList(settings.socket, narrow),
});
const settings = settingsWith({ type: 'allow', commands: ['run'] });
const client = clientUnder(settings);

describe('B7: no access under another list', () => {
  it('a container made through a socket has one under the same list or none', () => {
    expect(nestedDenial(client, twin, settings)).toBeNull();
    expect(nestedDenial(client, wide, settings)).toMatchObject({
      rule: 'socket-holder',
      setting: '/bulkhead/perImageCommandLists/0',
    });
    expect(nestedDenial(client, { ...narrow, image: 'ci/wide' }, settings)).toBeNull();
    expect(nestedDenial(client, unsure, settings)).toMatchObject({
      rule: 'socket-holder',
      detail: expect.stringContaining('could not tell'),
    });
  });

  it('a container that holds a socket under another list is not entered', () => {
    const holding = (...sources: string[]) =>
      holderDenial(
        client,
        { mounts: sources.map((source) => ({ source })) },
        'docker exec on x',
        mounts,
        settings,
      );
    expect([holding(), holding('/s/n'), holding('/s/t'), holding('/etc')]).toEqual([null, null, null, null]);
    expect(holding('/s/u')).toMatchObject({ rule: 'socket-holder' });
    expect(holding('/etc', '/s/w')).toMatchObject({ rule: 'socket-holder', what: 'docker exec on x' });
  });
});

describe('B5: requests that are more than one command', () => {
  const isAllowed = (line: string, type: 'deny' | 'allow', ...commands: string[]) => {
    const [method = '', text = ''] = line.split(' ');
    const target = parseTarget(text);
    if (!target.ok) throw new Error(target.why);
    const match = matchRoute(method, target.target.path);
    if (match === null) throw new Error('no such route');
    return commandDenial(clientUnder(settingsWith({ type, commands })), match.route, target.target) === null;
  };

  it('distinguishes pull from import as the engine does', () => {
    for (const [query, command] of [
      ['fromImage=x', 'pull'],
      ['fromSrc=-', 'import'],
      ['fromImage=&fromSrc=-', 'import'],
      ['fromImage=x&fromSrc=-', 'pull'],
      ['', 'import'],
    ] as const) {
      const line = `POST /images/create${query === '' ? '' : `?${query}`}`;
      expect([query, isAllowed(line, 'allow', command), isAllowed(line, 'deny', command)]).toEqual([
        query,
        true,
        false,
      ]);
      expect(isAllowed(line, 'allow', command === 'pull' ? 'import' : 'pull')).toBe(false);
    }
    expect([
      isAllowed('POST /images/create?fromImage=x', 'allow', 'run'),
      isAllowed('POST /images/create?fromSrc=-', 'allow', 'run'),
    ]).toEqual([true, false]);
  });

  it('refuses a raw tunnel before it opens', () => {
    expect([
      isAllowed('POST /session', 'deny', 'build'),
      isAllowed('POST /session', 'allow', 'ps'),
      isAllowed('POST /session', 'allow', 'build'),
    ]).toEqual([false, false, true]);
  });

  it("decides BuildKit's calls one by one", () => {
    const control = '/moby.buildkit.v1.Control/';
    const calls = (type: 'deny' | 'allow', commands: string[], scope: SocketScope = 'all') =>
      ['Solve', 'Prune', 'ListWorkers'].map(
        (call) =>
          callDenial(clientUnder(settingsWith({ type, commands }, scope)), `${control}${call}`) === null,
      );
    expect(calls('deny', ['build'])).toEqual([false, true, true]);
    expect(calls('deny', ['builder prune'])).toEqual([true, false, true]);
    expect(calls('allow', ['builder prune'])).toEqual([false, true, true]);
    expect(calls('deny', ['build*'])).toEqual([false, false, false]);
    expect(calls('deny', [], 'own')).toEqual([true, false, true]);
  });
});
