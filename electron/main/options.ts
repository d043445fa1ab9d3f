import path from 'node:path';
import { deepLinkOf, type DeepLink } from '../../shared/desktop/deep-link.ts';
import { engineAtRoot, parseTargetId, type TargetRef } from '../../shared/targets/target-id.ts';

/** The options from the command line and the environment. Paths are absolute. */
export interface AppOptions {
  /**
   * The selected engine: by `--target ID`, `--root DIR` or BULKHEAD_ROOT. Null: the last one used, or the
   * first one found.
   */
  readonly target: TargetRef | null;
  /** The place to show, by `--route ROUTE` or a bulkhead:// address. */
  readonly place: DeepLink | null;
  /** Start in the tray, if there is one. */
  readonly hidden: boolean;
  readonly measure: boolean;
  /** Print "shown" when the window is visible: `bulkhead app` waits for it. */
  readonly reportShown: boolean;
  /** PNG to write when the window shows its loaded state. */
  readonly screenshot: string | null;
}

/**
 * `--target ID`, `--root DIR | --root=DIR`, `--route ROUTE` or a bulkhead:// address, `--hidden`,
 * `--measure`, `--report-shown`, `--screenshot FILE`; BULKHEAD_ROOT and BULKHEAD_MEASURE can replace --root
 * and --measure. Other arguments are Chromium's.
 */
export function parseOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): AppOptions {
  const value = (name: string): string | undefined => {
    const at = argv.findIndex((a) => a === `--${name}` || a.startsWith(`--${name}=`));
    const arg = argv[at];
    if (arg === undefined) return undefined;
    const inline = arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : argv[at + 1];
    return inline === undefined || inline === '' || inline.startsWith('--') ? undefined : inline;
  };
  const root = value('root') ?? (env['BULKHEAD_ROOT'] || undefined);
  const named = value('target');
  const screenshot = value('screenshot');
  return {
    target:
      (named === undefined ? null : parseTargetId(named)) ??
      (root === undefined ? null : engineAtRoot(path.resolve(cwd, root))),
    place: deepLinkOf(argv),
    hidden: argv.includes('--hidden'),
    reportShown: argv.includes('--report-shown'),
    measure: argv.includes('--measure') || (env['BULKHEAD_MEASURE'] ?? '') !== '',
    screenshot: screenshot === undefined ? null : path.resolve(cwd, screenshot),
  };
}
