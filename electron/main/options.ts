import path from 'node:path';

/** What the command line and the environment say. Paths are absolute. */
export interface AppOptions {
  /** Root directory of the engine to open. */
  readonly root: string;
  readonly measure: boolean;
  /** PNG to write when the window shows its loaded state. */
  readonly screenshot: string | null;
}

export const defaultRoot = '/var/lib/bulkhead';

/** `--root DIR | --root=DIR`, `--measure`, `--screenshot FILE`; BULKHEAD_ROOT and BULKHEAD_MEASURE stand in for the first two. Other arguments are Chromium's. */
export function parseOptions(argv: readonly string[], env: Readonly<Record<string, string | undefined>>, cwd: string): AppOptions {
  const value = (name: string): string | undefined => {
    const at = argv.findIndex((a) => a === `--${name}` || a.startsWith(`--${name}=`));
    const arg = argv[at];
    if (arg === undefined) return undefined;
    const inline = arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : argv[at + 1];
    return inline === undefined || inline === '' || inline.startsWith('--') ? undefined : inline;
  };
  const root = value('root') ?? (env['BULKHEAD_ROOT'] || undefined) ?? defaultRoot;
  const screenshot = value('screenshot');
  return {
    root: path.resolve(cwd, root),
    measure: argv.includes('--measure') || (env['BULKHEAD_MEASURE'] ?? '') !== '',
    screenshot: screenshot === undefined ? null : path.resolve(cwd, screenshot),
  };
}
