import { describe, expect, it } from 'vitest';
import {
  commandAllowed,
  commandGroups,
  dockerCommands,
  listedCommand,
  namedCommands,
  unsupportedCommands,
} from './index.ts';

describe('Docker commands in a command list (B5)', () => {
  it('has no spelling twice, and uses every group', () => {
    const spellings = dockerCommands.flatMap((c) => [c.name, ...c.aliases]);
    expect(new Set(spellings).size).toBe(spellings.length);
    for (const group of commandGroups) expect(dockerCommands.some((c) => c.group === group)).toBe(true);
    expect(spellings.filter((s) => Object.hasOwn(unsupportedCommands, s))).toEqual([]);
  });

  it('parses commands, their aliases and groups', () => {
    const name = (entry: string) => {
      const l = listedCommand(entry);
      return l.kind === 'command' ? l.command.name : l.kind;
    };
    expect(
      [
        'push',
        'container run',
        'docker push',
        '  volume   ls ',
        'volume list',
        'image rm',
        'builder build',
        'image*',
      ].map(name),
    ).toEqual(['push', 'run', 'push', 'volume ls', 'volume ls', 'rmi', 'build', 'group']);
    expect(['', 'Push', 'pushh', 'image**', 'constructor', '__proto__', '*'].map(name)).toEqual(
      Array(7).fill('unknown'),
    );
  });

  it.each([
    'compose',
    'dev',
    'extension',
    'feedback',
    'init',
    'manifest',
    'plugin',
    'plugins',
    'sbom',
    'scan',
    'scout',
    'trust',
    'compose up',
  ])('says that %s cannot be listed, and why', (entry) => {
    expect(listedCommand(entry)).toMatchObject({
      kind: 'unsupported',
      name: entry.split(' ')[0],
      why: { text: expect.stringMatching(/\w/) as string },
    });
  });

  it('expands groups', () => {
    expect(namedCommands(['volume*'])).toEqual(
      new Set(['volume create', 'volume inspect', 'volume ls', 'volume prune', 'volume rm', 'volume update']),
    );
    expect(namedCommands(['build*', 'bogus', 'compose'])).toEqual(new Set(['build', 'builder prune']));
  });

  it('denies what is listed, or allows only what is listed', () => {
    const deny = { type: 'deny', commands: ['push', 'image*'] } as const;
    expect(['push', 'pull', 'run'].map((c) => commandAllowed(deny, c))).toEqual([false, false, true]);
    const allow = { type: 'allow', commands: ['ps', 'container*'] } as const;
    expect(['ps', 'run', 'push'].map((c) => commandAllowed(allow, c))).toEqual([true, true, false]);
    expect(commandAllowed({ type: 'allow', commands: [] }, 'ps')).toBe(false);
    expect(commandAllowed({ type: 'deny', commands: [] }, 'ps')).toBe(true);
  });
});
