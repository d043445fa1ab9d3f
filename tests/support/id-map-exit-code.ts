import { z } from 'zod';
import { docker } from './real-engine.ts';

/**
 * Shell commands that end with the container's own map of ids as exit code (`idMapOfExitCode`), not as
 * output: on a loaded machine the engine now and then loses what a short container has printed
 * (docs/design/testing.md). Without single quotes.
 */
export const exitWithIdMap = [
  '[ "$(wc -l < /proc/self/uid_map)" -eq 1 ] || exit 12',
  'read inside outside count < /proc/self/uid_map',
  '[ "$inside $outside $count" = "0 0 4294967295" ] && exit 10',
  '[ "$inside $count" = "0 65536" ] && [ "$outside" -gt 65535 ] && exit 11',
  'echo "neither isolated nor plain: $inside $outside $count"',
  'exit 12',
].join('; ');

/** The whole machine's ids, or a range of its own. */
export const idMapOfExitCode: Readonly<Record<number, 'plain' | 'isolated'>> = {
  10: 'plain',
  11: 'isolated',
};

const exitSchema = z.object({ code: z.number() });

/**
 * Runs a short container with `options` on the engine at `socket`; resolves with the ids that it has. Rejects
 * with the error of the command if it did not run.
 */
export async function idMapOfRun(
  socket: string,
  ...options: readonly string[]
): Promise<'plain' | 'isolated'> {
  try {
    await docker(socket, 'run', '--rm', ...options, 'busybox', 'sh', '-c', exitWithIdMap);
  } catch (error) {
    const exit = exitSchema.safeParse(error);
    const ids = exit.success ? idMapOfExitCode[exit.data.code] : undefined;
    if (ids === undefined) throw error;
    return ids;
  }
  throw new Error('the container ended with 0, which stands for no map of ids');
}
