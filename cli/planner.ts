import type { Command } from 'commander';
import { printError, resolveRoot, withRoot } from './output.ts';

/** `bulkhead planner --root DIR`: the isolation planner, a service beside the engine. Ends on SIGTERM; containers go on. */
export function registerPlanner(program: Command): void {
  withRoot(program.command('planner'))
    .description('run the isolation planner of one engine (started by the engine; needs root)')
    .action(async (options: { root?: string }) => {
      const root = resolveRoot(options);
      if (!root.ok) { printError(root.error); return; }
      const { servePlanner } = await import('../engine/isolation/exclusive/serve.ts');
      process.exitCode = await servePlanner(root.value, {
        out: (line) => { process.stdout.write(`${line}\n`); },
        error: (line) => { process.stderr.write(`${line}\n`); },
      });
    });
}
