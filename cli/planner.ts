import type { Command } from 'commander';
import { takeInheritedListeners } from '../shared/gateway/listener-handoff.ts';
import { startHeartbeat } from './heartbeat.ts';
import { printError, resolveRoot, withRoot } from './output.ts';
import { serviceLog } from './service-log.ts';
import { helpText } from './help.ts';

/**
 * `bulkhead planner --root DIR`: the isolation planner, a service beside the engine. Ends on SIGTERM;
 * containers keep running.
 */
export function configurePlanner(command: Command): void {
  withRoot(command)
    .option('--data-root <dir>', helpText('cli-help.planner-data-root'))
    .action(async (options: { root?: string; dataRoot?: string }) => {
      startHeartbeat();
      const inherited = takeInheritedListeners(process.env, process.pid);
      const root = resolveRoot(options);
      if (!root.ok) {
        printError(root.error);
        return;
      }
      const { servePlanner } = await import('../planner/serve.ts');
      const [{ parentListenerStore }, { serviceManager }] = await Promise.all([
        import('../gateway/sockets/parent-listener-store.ts'),
        import('../gateway/base/systemd-notify.ts'),
      ]);
      const output = {
        out: (line: string) => {
          process.stdout.write(`${line}\n`);
        },
        error: serviceLog((line) => line),
      };
      const manager = serviceManager(process.env, output.error);
      const handoff = { inherited, store: manager?.listenerStore ?? parentListenerStore(output.error) };
      const [{ rootPaths, withDataRoot }, { readEnginePolicy }] = await Promise.all([
        import('../engine/base/root-paths.ts'),
        import('../engine/base/engine-policy.ts'),
      ]);
      const usual = rootPaths(root.value);
      const paths = options.dataRoot === undefined ? usual : withDataRoot(usual, options.dataRoot);
      process.exitCode = await servePlanner(paths, output, {
        handoff,
        keepsSocket: manager !== null,
        readPolicy: () => readEnginePolicy(paths),
        onReady: () => {
          manager?.ready();
        },
      });
    });
}
