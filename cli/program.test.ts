import { Help } from 'commander';
import { describe, expect, it } from 'vitest';
import { allCommands, commandTree } from './command-tree.ts';
import { commands } from './commands.ts';
import { buildProgram } from './program.ts';

const names = commands.map(({ term }) => term.replace(/ .*/, ''));

describe('the index of commands', () => {
  it('lists each command as commander does once its module is loaded', async () => {
    const program = await buildProgram();
    const help = new Help();
    expect(program.commands.map((command) => help.subcommandTerm(command))).toEqual([
      ...commands.map(({ term }) => term),
      'help [options] [command...]',
    ]);
  });

  it('prints the same help whether the commands are loaded or not', async () => {
    expect((await buildProgram(['--help'])).helpInformation()).toBe((await buildProgram()).helpInformation());
  });
});

describe('--format', () => {
  /** Of every command that has it. Each names fields of its own list. */
  const examples = {
    targets: String.raw`{{.ID}}\t{{.State}}`,
    'engine status': '{{.State}}',
    'settings history': String.raw`{{.Version}}\t{{.User}}`,
    status: '{{.Protection}}',
    verify: String.raw`{{.ID}}\t{{.Verdict}}`,
    'containers list': String.raw`{{.ID}}\t{{.Name}}`,
    trust: '{{.Trusted}}',
    audit: String.raw`{{.Time}}\t{{.Rule}}`,
    'ranges list': String.raw`{{.Owner}}\t{{.Account}}`,
  };

  it('is described with an example of the fields of its own command, also where all are loaded', async () => {
    const described = allCommands(commandTree(await buildProgram())).flatMap(({ path, options }) =>
      options
        .filter(({ long }) => long === '--format')
        .map(({ description }) => [path.slice(1).join(' '), /"table (.*)"/.exec(description)?.[1]]),
    );
    expect(Object.fromEntries(described)).toEqual(examples);
  });
});

describe('a run', () => {
  it('loads the commands named by its arguments, and no other', async () => {
    const program = await buildProgram(['--lang', 'en', 'settings', 'show']);
    const loaded = program.commands.filter(
      (command) => command.commands.length > 0 || command.options.length > 0,
    );
    // Help is there with every command.
    expect(loaded.map((command) => command.name())).toEqual(['settings', 'help']);
  });

  it('has no other command than the one that comes first', async () => {
    const program = await buildProgram(['status', '--help']);
    expect(program.commands.map((command) => command.name())).toEqual(['status']);
  });

  it.each(names)('loads %s for its help', async (name) => {
    const program = await buildProgram(['help', name]);
    const command = program.commands.find((one) => one.name() === name);
    expect((command?.commands.length ?? 0) + (command?.options.length ?? 0)).toBeGreaterThan(0);
  });
});
