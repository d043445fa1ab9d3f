import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { exists } from '../../base/files.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import { message, type Message } from '../../../shared/messages/message.ts';

const run = promisify(execFile);

/** State of a unit as reported by systemd (`systemctl show`). */
export interface UnitState {
  /** `loaded`, `not-found`, `masked`, … */
  readonly load: string;
  /** `active`, `inactive`, `failed`, `activating`, … */
  readonly active: string;
  readonly mainPid: number | null;
  /** When it became active, ISO 8601 UTC; null if it never was. */
  readonly since: string | null;
  /** When it was last active no more, likewise. */
  readonly until: string | null;
  /** How often systemd has restarted it by itself since it was last started regularly. */
  readonly restarts: number;
  /** `success`, or why it failed: `exit-code`, `watchdog`, `start-limit-hit`, … */
  readonly result: string;
  /** What the service reports about itself (`STATUS=` of sd_notify(3)); '' without. */
  readonly status: string;
  /** The arguments of the program that it starts, joined by blanks; '' without. */
  readonly arguments: string;
  /** Whether the conditions of the unit held when it was last started; true where it never was. */
  readonly isConditionMet: boolean;
  /** The unit's file, and its drop-ins. */
  readonly files: readonly string[];
  /** Where a socket unit listens: paths and addresses. */
  readonly listens: readonly string[];
  /** Who may use a socket unit's sockets: the mode in octal, user and group. '' where systemd names none. */
  readonly socket: { readonly mode: string; readonly user: string; readonly group: string };
  /** The units that start this one, for example sockets. */
  readonly triggeredBy: readonly string[];
}

const properties = [
  'Id',
  'LoadState',
  'ActiveState',
  'MainPID',
  'ActiveEnterTimestamp',
  'ActiveExitTimestamp',
  'NRestarts',
  'Result',
  'StatusText',
  'ExecStart',
  'ConditionResult',
  'ConditionTimestamp',
  'FragmentPath',
  'DropInPaths',
  'Listen',
  'SocketMode',
  'SocketUser',
  'SocketGroup',
  'TriggeredBy',
];

/** The states of units, by name. Empty if systemd does not run. */
export async function unitStates(names: readonly string[]): Promise<ReadonlyMap<string, UnitState>> {
  let stdout: string;
  try {
    ({ stdout } = await run(
      'systemctl',
      ['show', '--timestamp=unix', `--property=${properties.join(',')}`, ...names],
      {
        maxBuffer: 4 * 1024 * 1024,
      },
    ));
  } catch {
    return new Map();
  }
  return parseUnits(stdout);
}

/** Parses the output of `systemctl show`: a block of `Key=value` lines per unit. Pure. */
export function parseUnits(output: string): ReadonlyMap<string, UnitState> {
  const units = new Map<string, UnitState>();
  for (const block of output.split('\n\n')) {
    const values = new Map(
      block
        .split('\n')
        .filter((line) => line.includes('='))
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
    );
    const id = values.get('Id');
    if (id === undefined) continue;
    const pid = Number(values.get('MainPID') ?? 0);
    units.set(id, {
      load: values.get('LoadState') ?? '',
      active: values.get('ActiveState') ?? '',
      mainPid: Number.isInteger(pid) && pid > 0 ? pid : null,
      since: timeOf(values.get('ActiveEnterTimestamp') ?? ''),
      until: timeOf(values.get('ActiveExitTimestamp') ?? ''),
      restarts: Number(/^\d+$/.exec(values.get('NRestarts') ?? '')?.[0] ?? 0),
      result: values.get('Result') ?? '',
      status: values.get('StatusText') ?? '',
      arguments: argumentsOf(values.get('ExecStart') ?? ''),
      isConditionMet:
        values.get('ConditionResult') !== 'no' || timeOf(values.get('ConditionTimestamp') ?? '') === null,
      files: [values.get('FragmentPath') ?? '', ...(values.get('DropInPaths') ?? '').split(' ')].filter(
        (file) => file !== '',
      ),
      listens: [...block.matchAll(/^Listen=(.*) \(\w+\)$/gm)].map(([, address = '']) => address),
      socket: {
        mode: values.get('SocketMode') ?? '',
        user: values.get('SocketUser') ?? '',
        group: values.get('SocketGroup') ?? '',
      },
      triggeredBy: (values.get('TriggeredBy') ?? '').split(' ').filter((unit) => unit !== ''),
    });
  }
  return units;
}

/** `{ path=/bin/a ; argv[]=/bin/a b c ; ignore_errors=no ; … }` → `b c`. */
function argumentsOf(command: string): string {
  const [, program = '', args = ''] = /^\{ path=(.*?) ; argv\[\]=(.*?) ; \w+=/.exec(command) ?? [];
  return args.startsWith(`${program} `) ? args.slice(program.length + 1) : '';
}

/** `@1764288000` → ISO 8601; null if missing. */
function timeOf(text: string): string | null {
  const seconds = /^@(\d+)$/.exec(text)?.[1];
  return seconds === undefined || seconds === '0' ? null : new Date(Number(seconds) * 1000).toISOString();
}

/** The reason if it printed nothing: usually a timeout. */
function withoutOutput(error: unknown, timeoutMs: number | undefined): string | Message {
  const isTimeout =
    error instanceof Error && 'killed' in error && error.killed === true && timeoutMs !== undefined;
  return isTimeout ? message('system.not-within', { seconds: timeoutMs / 1000 }) : String(error);
}

/** Whether systemd is process 1's service manager here (sd_booted(3)). */
export async function hasSystemd(): Promise<boolean> {
  if (!(await exists('/run/systemd/system'))) return false;
  return run('systemctl', ['show', '--property=Version'], { timeout: 30_000 }).then(
    () => true,
    () => false,
  );
}

export interface SystemctlOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Runs `systemctl` with these arguments. Error: `engine.start-failed` with what it printed. */
export async function systemctl(
  args: readonly string[],
  { signal, timeoutMs }: SystemctlOptions = {},
): Promise<Result<void, AppError>> {
  try {
    await run('systemctl', args, {
      ...(signal === undefined ? {} : { signal }),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    });
    return ok(undefined);
  } catch (error) {
    const printed = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return fail('engine.start-failed', message('system.systemctl-failed', { command: args.join(' ') }), {
      reason: printed === '' ? withoutOutput(error, timeoutMs) : printed,
      hint: message('system.see-journal'),
    });
  }
}
