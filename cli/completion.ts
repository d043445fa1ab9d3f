import type { Command } from 'commander';
import { commandTree, type CommandTree } from './command-tree.ts';
import { bashCompletions, fishCompletions, zshCompletions } from './completion-scripts.ts';
import { helpText } from './help.ts';
import { text } from './text.ts';

const shells: Readonly<
  Record<string, { description: string; completionsOf: (tree: CommandTree) => string }>
> = {
  bash: { description: helpText('cli-help.completion-bash'), completionsOf: bashCompletions },
  zsh: { description: helpText('cli-help.completion-zsh'), completionsOf: zshCompletions },
  fish: { description: helpText('cli-help.completion-fish'), completionsOf: fishCompletions },
};

const examples = [
  '  source <(bulkhead completion bash)',
  '  bulkhead completion zsh > "${fpath[1]}/_bulkhead"',
  '  bulkhead completion fish > ~/.config/fish/completions/bulkhead.fish',
].join('\n');

/** `bulkhead completion bash|zsh|fish`: prints the completions that the package for servers installs. */
export function configureCompletion(command: Command): void {
  const program = command.parent ?? command;
  command.addHelpText('after', () => text('cli-help.completion-examples', { examples }));
  for (const [shell, { description, completionsOf }] of Object.entries(shells))
    command
      .command(shell)
      .description(description)
      .action(() => {
        process.stdout.write(completionsOf(commandTree(program)));
      });
}
