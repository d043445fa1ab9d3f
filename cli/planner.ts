import type { Command } from 'commander';

/** `bulkhead planner --root DIR`: the isolation planner, a service beside the engine. Ends on SIGTERM; containers go on. */
export function registerPlanner(program: Command): void {
  program.command('planner')
    .description('run the isolation planner of one engine (started by the engine; needs root)')
    .requiredOption('--root <dir>', 'directory of the engine', process.env['BULKHEAD_ROOT'])
    .action(async ({ root }: { root: string }) => {
      const { servePlanner } = await import('../engine/isolation/exclusive/serve.ts');
      process.exitCode = await servePlanner(root, {
        out: (line) => { process.stdout.write(`${line}\n`); },
        error: (line) => { process.stderr.write(`${line}\n`); },
      });
    });
}
