import { Command, CommanderError } from 'commander';
import { configureGateway } from './gateway.ts';
import { helpText, localizedHelp } from './help.ts';
import { exitCodes } from './output.ts';

/**
 * `bulkhead gateway` as a program of its own: it runs for months, and the rest of the command line would only
 * use memory.
 */
async function main(args: readonly string[]): Promise<void> {
  const program = new Command('bulkhead').configureHelp(localizedHelp).exitOverride();
  configureGateway(program.command('gateway').description(helpText('cli-help.gateway')));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
}

void main(process.argv.slice(2));
