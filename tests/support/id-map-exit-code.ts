/**
 * Shell commands that end with the container's own map of ids as exit code (`idMapOfExitCode`), not as
 * output: on a loaded machine the engine now and then loses what a short container has printed
 * (docs/design/testing.md). Without single quotes.
 */
export const exitWithIdMap = [
  'read inside outside count < /proc/self/uid_map',
  '[ "$inside $outside $count" = "0 0 4294967295" ] && exit 10',
  '[ "$inside $count" = "0 65536" ] && [ "$outside" -gt 0 ] && exit 11',
  'echo "neither isolated nor plain: $inside $outside $count"',
  'exit 12',
].join('; ');

/** The whole machine's ids, or a range of its own. */
export const idMapOfExitCode: Readonly<Record<number, 'plain' | 'isolated'>> = {
  10: 'plain',
  11: 'isolated',
};
