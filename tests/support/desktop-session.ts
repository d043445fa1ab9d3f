import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A desktop's session bus with a real notification server (dunst), and a real panel with a tray (Xfce's) if
 * requested.
 */
export interface DesktopSession {
  /** Environment for programs of this session. */
  readonly env: Readonly<Record<string, string>>;
  /** What the server has shown since it was cleared, in order: title and body. */
  notifications(): Promise<readonly { readonly title: string; readonly body: string }[]>;
  /** Clicks the newest notification. */
  click(): Promise<void>;
  /** Removes all notifications from the screen. */
  clear(): Promise<void>;
  /** The menus of all icons in the tray. */
  trayMenu(): Promise<readonly TrayItem[]>;
  stop(): Promise<void>;
}

/** An entry of a tray menu, as sent to the panel. */
export interface TrayItem {
  readonly label: string;
  readonly enabled: boolean;
  click(): Promise<void>;
}

export interface SessionOptions {
  /** With a panel that has a tray. */
  readonly tray: boolean;
  /**
   * Another user of the session (default: this one): the command and arguments that run a command as it. The
   * bus accepts no other user.
   */
  readonly user?: { readonly uid: number; readonly gid: number; readonly command: readonly string[] };
}

/** Starts one on a display. */
export async function startDesktopSession(
  display: string,
  { tray, user }: SessionOptions,
): Promise<DesktopSession> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-session-'));
  if (user !== undefined) await chown(directory, user.uid, user.gid);
  const children: ChildProcess[] = [];
  const bus = spawn(
    ...commandOf(user, {}, [
      'dbus-daemon',
      '--session',
      '--nofork',
      '--print-address=1',
      `--address=unix:dir=${directory}`,
    ]),
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  children.push(bus);
  const address = await new Promise<string>((resolve, reject) => {
    bus.once('error', reject).once('exit', (code) => {
      reject(new Error(`dbus-daemon ended with ${String(code)}`));
    });
    bus.stdout.once('data', (line: Buffer) => {
      resolve(String(line).trim());
    });
  });
  const env = {
    DBUS_SESSION_BUS_ADDRESS: address,
    DISPLAY: display,
    XDG_CONFIG_HOME: path.join(directory, 'config'),
  };
  /** A program of the session, and its arguments. */
  const command = (...args: [string, ...string[]]) => commandOf(user, env, args);
  // Displayed until it is clicked or cleared, each separately; a script of the server records them, since
  // notifications disappear from the screen.
  const shown = path.join(directory, 'shown');
  const script = path.join(directory, 'keep');
  await writeFile(script, `#!/bin/sh\nprintf '%s\\n%s\\0' "$DUNST_SUMMARY" "$DUNST_BODY" >> '${shown}'\n`, {
    mode: 0o755,
  });
  await writeFile(
    path.join(directory, 'dunstrc'),
    '[global]\nenable_recursive_icon_lookup = false\nstack_duplicates = false\nnotification_limit = 0\n' +
      'idle_threshold = 0\n[urgency_low]\ntimeout = 0\n[urgency_normal]\ntimeout = 0\n[everything]\n' +
      `script = ${script}\n`,
  );
  children.push(
    spawn(...command('dunst', '-conf', path.join(directory, 'dunstrc')), { stdio: 'ignore' }),
    ...(tray ? [spawn(...command('xfce4-panel', '--disable-wm-check'), { stdio: 'ignore' })] : []),
  );
  const owned = async (name: string) => {
    await run(...command('gdbus', 'wait', '--session', '--timeout', '30', name));
  };
  await owned('org.freedesktop.Notifications');
  if (tray) await owned('org.kde.StatusNotifierWatcher');
  const dunst = async (...args: string[]) => (await run(...command('dunstctl', ...args))).stdout;
  return {
    env,
    async notifications() {
      const log = await readFile(shown, 'utf8').catch(() => '');
      return log
        .split('\0')
        .filter((one) => one !== '')
        .map((one) => {
          const [title = '', ...body] = one.split('\n');
          return { title, body: body.join('\n') };
        });
    },
    async click() {
      await dunst('action', '0');
    },
    async clear() {
      await dunst('close-all');
      await rm(shown, { force: true });
    },
    async trayMenu() {
      const property = async (destination: string, object: string, face: string, name: string) =>
        (
          await run(
            ...command(
              'gdbus',
              'call',
              '--session',
              '--dest',
              destination,
              '--object-path',
              object,
              '--method',
              'org.freedesktop.DBus.Properties.Get',
              face,
              name,
            ),
          )
        ).stdout;
      const items = [
        ...(
          await property(
            'org.kde.StatusNotifierWatcher',
            '/StatusNotifierWatcher',
            'org.kde.StatusNotifierWatcher',
            'RegisteredStatusNotifierItems',
          )
        ).matchAll(/'([^']+)'/g),
      ].map(([, item = '']) => item);
      const menus = await Promise.all(
        items.map(async (item) => {
          const [owner, object] = [item.slice(0, item.indexOf('/')), item.slice(item.indexOf('/'))];
          const menu =
            /'(\/[^']*)'/.exec(await property(owner, object, 'org.kde.StatusNotifierItem', 'Menu'))?.[1] ??
            '/';
          const method = (name: string, ...args: string[]) =>
            run(
              ...command(
                'gdbus',
                'call',
                '--session',
                '--dest',
                owner,
                '--object-path',
                menu,
                '--method',
                `com.canonical.dbusmenu.${name}`,
                '--',
                ...args,
              ),
            );
          // An entry as GVariant text: (3, {'label': <'Open Bulkhead'>, 'enabled': <false>}, @av [])
          return [
            ...(await method('GetLayout', '0', '-1', "['label', 'enabled']")).stdout.matchAll(
              /\((\d+), \{([^}]*)\}/g,
            ),
          ].flatMap(([, id = '', properties = '']): TrayItem[] => {
            const label = /'label': <'([^']*)'>/.exec(properties)?.[1];
            return label === undefined
              ? []
              : [
                  {
                    label: label.replaceAll('__', '_'),
                    enabled: !/'enabled': <false>/.test(properties),
                    click: async () => {
                      await method('Event', id, 'clicked', '<int32 0>', '0');
                    },
                  },
                ];
          });
        }),
      );
      return menus.flat();
    },
    async stop() {
      for (const child of children.reverse()) {
        const ended =
          child.exitCode !== null || child.signalCode !== null
            ? Promise.resolve()
            : new Promise((resolve) => {
                child.once('exit', resolve);
              });
        child.kill('SIGTERM');
        await ended;
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A command in an environment that is added to that of its user, as an executable and its arguments. */
function commandOf(
  user: SessionOptions['user'],
  env: Readonly<Record<string, string>>,
  args: readonly [string, ...string[]],
): [string, string[]] {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const [program = 'env', ...before] = user === undefined ? [] : [...user.command, 'env'];
  return [program, [...before, ...variables, ...args]];
}
