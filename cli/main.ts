import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { registerApply } from './apply.ts';
import { registerAudit } from './audit.ts';
import { registerContainers } from './containers.ts';
import { registerEngine } from './engine.ts';
import { registerExplain } from './explain.ts';
import { registerGateway } from './gateway.ts';
import { endWithReader, exitCodes, printError } from './output.ts';
import { registerPlanner } from './planner.ts';
import { registerSettings } from './settings.ts';
import { registerTargets } from './targets.ts';
import { registerTrust } from './trust.ts';

/** The whole command line. Each command loads its own modules only when it runs. */
export function buildProgram(): Command {
  const program = new Command('bulkhead')
    .description('Enhanced Container Isolation for any Docker engine')
    .version(packageJson.version)
    .showHelpAfterError('(add --help for what it takes)')
    // Set before commands are registered: they inherit it.
    .exitOverride();
  registerEngine(program);
  registerGateway(program);
  registerPlanner(program);
  registerSettings(program);
  registerApply(program);
  registerContainers(program);
  registerTargets(program);
  registerTrust(program);
  registerExplain(program);
  registerAudit(program);
  return program;
}

/** Runs one command line (without node and script name) and sets the exit code. Only defects and usage end here; commands print their own errors. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await buildProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version are no failures; commander has printed everything.
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
      return;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    printError({ code: 'internal', message: 'this is a defect in bulkhead', reason: text, hint: 'Report it with the command you ran.' });
  }
}

endWithReader();

await main(process.argv.slice(2));
