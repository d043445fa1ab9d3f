import type { DesktopFacts } from '../../../shared/targets/target.ts';
import type { DesktopHost } from './host.ts';

/**
 * A program by its absolute path with its arguments; `lasting`: it is Docker Desktop itself and outlives its
 * starter.
 */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly lasting?: true;
}

type Facts = Pick<DesktopFacts, 'restartBy' | 'program'>;

/**
 * What quits Docker Desktop as a whole, in the order to try: its file is read only when it starts anew, and
 * its own "Restart" restarts parts of it. So `docker desktop restart` is never used. Its command line asks
 * its backend, which has none to ask after a start that failed: then the system asks the program. `command`:
 * the docker command line that comes with it.
 */
export function quitCommands(host: DesktopHost, facts: Facts, command: string | null): readonly Command[] {
  const byItself =
    facts.restartBy === 'docker-desktop-cli' && command !== null
      ? [asUser(host, { program: command, args: ['desktop', 'stop', '--timeout', '90'] })]
      : [];
  return [...byItself, systemQuit(host)];
}

function systemQuit(host: DesktopHost): Command {
  switch (host.platform) {
    case 'darwin':
      return asUser(host, {
        program: '/usr/bin/osascript',
        args: ['-e', 'tell application id "com.docker.docker" to quit'],
      });
    case 'linux':
      return asUser(host, { program: '/usr/bin/systemctl', args: ['--user', 'stop', 'docker-desktop'] });
    case 'win32':
      return { program: `${dockerDirectory(host)}\\DockerCli.exe`, args: ['-Shutdown'] };
  }
}

/** Starts Docker Desktop in its user's session. */
export function startCommand(host: DesktopHost, facts: Facts, command: string | null): Command {
  if (facts.restartBy === 'docker-desktop-cli' && command !== null)
    return asUser(host, { program: command, args: ['desktop', 'start', '--detach'] });
  switch (host.platform) {
    case 'darwin':
      return asUser(host, { program: '/usr/bin/open', args: ['-g', '-b', 'com.docker.docker'] });
    case 'linux':
      return asUser(host, { program: '/usr/bin/systemctl', args: ['--user', 'start', 'docker-desktop'] });
    // Through the shell's own program: what an elevated process started itself would run elevated, too.
    case 'win32':
      return {
        program: `${host.env['SystemRoot'] ?? 'C:\\Windows'}\\explorer.exe`,
        args: [facts.program ?? `${dockerDirectory(host)}\\Docker Desktop.exe`],
        lasting: true,
      };
  }
}

const dockerDirectory = (host: DesktopHost): string =>
  `${host.env['ProgramFiles'] ?? 'C:\\Program Files'}\\Docker\\Docker`;

/** In the session of the user whose Docker Desktop it is, where this process is root's. */
function asUser(host: DesktopHost, command: Command): Command {
  const { user } = host;
  if (user === null || user.uid === 0) return command;
  switch (host.platform) {
    case 'darwin':
      return {
        program: '/bin/launchctl',
        args: [
          'asuser',
          String(user.uid),
          '/usr/bin/sudo',
          '-n',
          '-H',
          '-u',
          `#${user.uid}`,
          '--',
          command.program,
          ...command.args,
        ],
      };
    case 'linux': {
      const runtime = `/run/user/${user.uid}`;
      return {
        program: '/usr/sbin/runuser',
        args: [
          '-u',
          user.name,
          '--',
          '/usr/bin/env',
          `XDG_RUNTIME_DIR=${runtime}`,
          `DBUS_SESSION_BUS_ADDRESS=unix:path=${runtime}/bus`,
          `HOME=${host.home}`,
          command.program,
          ...command.args,
        ],
      };
    }
    case 'win32':
      return command;
  }
}
