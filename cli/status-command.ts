import type { Command } from 'commander';
import { helpText } from './help.ts';
import { withResultFormat } from './list-options.ts';
import { checkExitCodes, printError, resolveTarget, withJson, withRoot, type CheckState } from './output.ts';
import { requireEngine } from './require-engine.ts';
import type { StatusOptions } from './status-output.ts';
import { withTarget } from './target.ts';
import { text } from './text.ts';

/** `bulkhead status`: how the engine is protected. */
export function configureStatus(command: Command): void {
  withResultFormat(withJson(withRoot(command)), '{{.Protection}}')
    .option('--check', helpText('cli-help.status-check'))
    .addHelpText('after', () => text('cli-help.status-check-codes'))
    .action(async (options: StatusOptions) => {
      const state = await printStatus(options);
      if (options.check === true) process.exitCode = checkExitCodes[state];
    });
}

/**
 * Prints the status of the selected engine, or that there is none. The value is the result for monitoring:
 * `unknown` also if the engine can't be opened.
 */
async function printStatus(options: StatusOptions): Promise<CheckState> {
  const ref = resolveTarget(options);
  // Before the engine's modules are loaded.
  const present = ref.ok ? await requireEngine(ref.value) : ref;
  if (!present.ok) {
    printError(present.error, options);
    return 'unknown';
  }
  let state: CheckState = 'unknown';
  await withTarget(options, async (target) => {
    state = await (await import('./status-output.ts')).printStatusOf(target, options);
  });
  return state;
}
