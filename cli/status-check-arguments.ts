/**
 * Whether a command line is `bulkhead status --check`. Monitoring reads its exit code: 2, which other
 * commands use for unusable arguments, would mean CRITICAL. Monitoring shows stdout, so errors are printed
 * there.
 */
export function isCheck(args: readonly string[]): boolean {
  let first = 0;
  while (args[first]?.startsWith('--lang') === true) first += args[first] === '--lang' ? 2 : 1;
  return args[first] === 'status' && args.includes('--check');
}
