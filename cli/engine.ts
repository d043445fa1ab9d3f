import type { Command } from 'commander';

/** `bulkhead engine start|stop|restart|status`. */
export function registerEngine(program: Command): void {
  program.command('engine').description('supervise the embedded engine');
}
