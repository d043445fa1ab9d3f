import { describe, expect, it } from 'vitest';
import {
  dockerCommands,
  listedCommand,
  readingCommands,
  unsupportedCommands,
} from '../../shared/settings/commands.ts';
import { routes } from './table.ts';

/** Commands that never reach the engine. */
const local = ['logout', 'context'];
const inList = (command: string): boolean =>
  listedCommand(command).kind === 'command' || listedCommand(command.split(' ')[0] ?? '').kind === 'command';

describe('B5: commands and endpoints', () => {
  it("every command that can be listed is an endpoint's own", () => {
    const own = new Set(
      routes.flatMap((route) => route.commands.flatMap((command) => [command, command.split(' ')[0] ?? ''])),
    );
    expect(dockerCommands.map((command) => command.name).filter((name) => !own.has(name))).toEqual(local);
  });

  it('every command of the table can be listed, by its canonical name', () => {
    const named = routes.flatMap((route) => [...route.commands, ...route.alsoUsedBy]);
    expect(
      [...new Set(named)].filter(
        (command) => !inList(command) && !Object.hasOwn(unsupportedCommands, command.split(' ')[0] ?? ''),
      ),
    ).toEqual([]);
    for (const command of named) {
      const listed = listedCommand(command);
      if (listed.kind === 'command') expect(listed.command.name).toBe(command);
    }
  });

  it('a list of the reading commands allows no endpoint that changes something', () => {
    const reading = new Set(readingCommands);
    const allowed = routes.filter(({ commands, alsoUsedBy }) =>
      [...commands, ...alsoUsedBy].some((command) => reading.has(command)),
    );
    expect(allowed.length).toBeGreaterThan(readingCommands.length / 2);
    expect(allowed.filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([]);
    expect(readingCommands.filter((name) => listedCommand(name).kind !== 'command')).toEqual([]);
  });

  it('every endpoint is some command, but for pings and debugging', () => {
    expect(routes.filter((route) => route.commands.length === 0).map((route) => route.pattern)).toEqual([
      '/_ping',
      '/_ping',
      '/_ping',
      '/{path}',
      '/debug/vars',
      '/debug/pprof/',
      '/debug/pprof/{name}',
      '/debug/pprof/{name}',
    ]);
  });

  it("a command is an endpoint's own or needs it, not both", () => {
    for (const route of routes)
      expect([route.pattern, route.commands.filter((command) => route.alsoUsedBy.includes(command))]).toEqual(
        [route.pattern, []],
      );
  });

  it('groups endpoints', () => {
    const groups = (pattern: string) => routes.find((route) => route.pattern === pattern)?.group;
    expect(
      [
        '/containers/json',
        '/exec/{id}/start',
        '/commit',
        '/images/create',
        '/grpc',
        '/session',
        '/volumes',
        '/networks/prune',
        '/_ping',
        '/events',
        '/plugins',
        '/tasks',
        '/debug/vars',
      ].map(groups),
    ).toEqual([
      'container',
      'container',
      'container',
      'image',
      'build',
      'build',
      'volume',
      'network',
      'system',
      'system',
      'plugin',
      'swarm',
      'debug',
    ]);
  });
});
