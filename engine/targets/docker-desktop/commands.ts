import type { ProductFacts } from '../../../shared/targets/target.ts';
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

type Facts = Pick<ProductFacts, 'restartBy' | 'program'>;

/**
 * Commands that quit Docker Desktop as a whole, in the order to try them: it reads its file only when it
 * starts, and its own "Restart" restarts only parts of it, so `docker desktop restart` is never used. Its
 * command line sends a request to its backend, which does not exist after a failed start: then the system's
 * command is used. `command`: the docker command line that comes with it.
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
    // Through Explorer: a program started by an elevated process itself would run elevated, too.
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

/** In the session of the user whose Docker Desktop it is, if this process is root's. */
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
