import { Option, type Command } from 'commander';
import { helpText } from './help.ts';

/** Adds `--format`; `example` is a template of fields of the command's own list. */
export const withFormat = (command: Command, example: string): Command =>
  command.addOption(
    new Option('--format <format>', helpText('cli-help.format', { example })).conflicts('json'),
  );

/** Adds `--format` and `--quiet`, which wins. */
export const withListFormat = (command: Command, example: string): Command =>
  withFormat(command, example).addOption(
    new Option('-q, --quiet', helpText('cli-help.quiet')).conflicts('json'),
  );

/** Adds `--format`, and a `--quiet` that prints nothing: for commands whose exit code says the result. */
export const withResultFormat = (command: Command, example: string): Command =>
  withFormat(command, example).addOption(
    new Option('-q, --quiet', helpText('cli-help.quiet-result')).conflicts(['json', 'format']),
  );
