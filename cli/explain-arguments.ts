import type { Command } from 'commander';

/**
 * The arguments with `--` inserted before the Docker command of `bulkhead explain`, if it is missing:
 * otherwise options of `docker run` would be parsed as ours. Arguments of other commands are returned
 * unchanged.
 */
export function separateDockerCommand(args: readonly string[], program: Command): readonly string[] {
  const explain = program.commands.find((command) => command.name() === 'explain');
  const options = new Set(
    [program, ...(explain === undefined ? [] : [explain])].flatMap((command) =>
      command.options
        .filter(({ required }) => required)
        .flatMap(({ short, long }) => [short, long].filter((name) => name !== undefined)),
    ),
  );
  let isExplain = false;
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') return args;
    if (options.has(arg)) index += 1;
    else if (!arg.startsWith('-')) {
      if (isExplain) return [...args.slice(0, index), '--', ...args.slice(index)];
      if (arg !== 'explain') return args;
      isExplain = true;
    }
  }
  return args;
}
