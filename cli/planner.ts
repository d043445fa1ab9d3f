import type { Command } from 'commander';
import { takeInheritedListeners } from '../shared/gateway/listener-handoff.ts';
import { startHeartbeat } from './heartbeat.ts';
import { printError, resolveRoot, withRoot } from './output.ts';
import { helpText } from './help.ts';

/**
 * `bulkhead planner --root DIR`: the isolation planner, a service beside the engine. Ends on SIGTERM;
 * containers go on.
 */
export function registerPlanner(program: Command): void {
  withRoot(program.command('planner'))
    .description(helpText('cli-help.planner'))
    .action(async (options: { root?: string }) => {
      startHeartbeat();
      const inherited = takeInheritedListeners(process.env, process.pid);
      const root = resolveRoot(options);
      if (!root.ok) {
        printError(root.error);
        return;
      }
      const { servePlanner } = await import('../planner/serve.ts');
      const { parentListenerStore } = await import('../gateway/sockets/parent-listener-store.ts');
      const output = {
        out: (line: string) => {
          process.stdout.write(`${line}\n`);
        },
        error: (line: string) => {
          process.stderr.write(`${line}\n`);
        },
      };
      const handoff = { inherited, store: parentListenerStore(output.error) };
      process.exitCode = await servePlanner(root.value, output, 'required', handoff);
    });
}
