import path from 'node:path';

export type DesktopPlatform = 'darwin' | 'win32' | 'linux';

/** The properties of a machine that determine the paths of Docker Desktop. */
export interface DesktopMachine {
  readonly platform: DesktopPlatform;
  /** Home directory of the user whose Docker Desktop it is. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The paths of Docker Desktop. Absolute, in the platform's own notation; of lists, the first that exists
 * counts.
 */
export interface DesktopLocations {
  /** The administrator's file. */
  readonly settings: string;
  /**
   * Its location in older documents: detected to report it; never read as the effective
   * file, nor written.
   */
  readonly olderSettings: readonly string[];
  /** The user's own settings: `settings-store.json` since 4.35, `settings.json` before. */
  readonly userSettings: readonly string[];
  /** The user's Docker socket (a named pipe on Windows). */
  readonly sockets: readonly string[];
  /** Exists if Docker Desktop is installed: the program to start. */
  readonly programs: readonly string[];
  /** Files with the installed version. */
  readonly versions: readonly string[];
  /** The docker command line that comes with it, with `docker desktop` from 4.37 on. */
  readonly dockerCommands: readonly string[];
  /** Where its backend logs why it could not start. */
  readonly backendErrors: readonly string[];
  readonly backendLogs: readonly string[];
  /**
   * Where Bulkhead keeps history, backup and journal of the administrator's file; only administrators can
   * write there.
   */
  readonly state: string;
  /** Where Bulkhead keeps files written as the user: the last verification. */
  readonly userState: string;
}

/** Pure: does not access the file system. */
export function desktopLocations(machine: DesktopMachine): DesktopLocations {
  switch (machine.platform) {
    case 'darwin':
      return macLocations(machine);
    case 'win32':
      return windowsLocations(machine);
    case 'linux':
      return linuxLocations(machine);
  }
}

function macLocations({ home }: DesktopMachine): DesktopLocations {
  const { join } = path.posix;
  const group = join(home, 'Library', 'Group Containers', 'group.com.docker');
  const data = join(home, 'Library', 'Containers', 'com.docker.docker', 'Data');
  const app = '/Applications/Docker.app/Contents';
  return {
    settings: '/Library/Application Support/com.docker.docker/admin-settings.json',
    olderSettings: [],
    userSettings: [join(group, 'settings-store.json'), join(group, 'settings.json')],
    sockets: [join(home, '.docker', 'run', 'docker.sock'), '/var/run/docker.sock'],
    programs: [
      `${app}/MacOS/Docker Desktop.app/Contents/MacOS/Docker Desktop`,
      `${app}/MacOS/Docker`,
      `${app}/MacOS/com.docker.backend`,
    ],
    versions: [`${app}/Info.plist`],
    dockerCommands: [`${app}/Resources/bin/docker`],
    backendErrors: [join(data, 'backend.error.json')],
    backendLogs: [join(data, 'log', 'host', 'com.docker.backend.log')],
    state: '/Library/Application Support/Bulkhead/docker-desktop',
    userState: join(home, 'Library', 'Application Support', 'Bulkhead', 'docker-desktop'),
  };
}

function windowsLocations({ home, env }: DesktopMachine): DesktopLocations {
  const { join } = path.win32;
  const data = env['ProgramData'] ?? 'C:\\ProgramData';
  const programs = join(env['ProgramFiles'] ?? 'C:\\Program Files', 'Docker', 'Docker');
  const roaming = env['APPDATA'] ?? join(home, 'AppData', 'Roaming');
  const local = env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
  return {
    settings: join(data, 'DockerDesktop', 'admin-settings.json'),
    olderSettings: [],
    userSettings: [join(roaming, 'Docker', 'settings-store.json'), join(roaming, 'Docker', 'settings.json')],
    sockets: ['\\\\.\\pipe\\dockerDesktopLinuxEngine', '\\\\.\\pipe\\docker_engine'],
    programs: [join(programs, 'Docker Desktop.exe')],
    versions: [join(programs, 'resources', 'componentsVersion.json')],
    dockerCommands: [join(programs, 'resources', 'bin', 'docker.exe')],
    backendErrors: [join(local, 'Docker', 'backend.error.json')],
    backendLogs: [join(local, 'Docker', 'log', 'host', 'com.docker.backend.exe.log')],
    state: join(data, 'Bulkhead', 'docker-desktop'),
    userState: join(local, 'Bulkhead', 'docker-desktop'),
  };
}

function linuxLocations({ home, env }: DesktopMachine): DesktopLocations {
  const { join } = path.posix;
  const own = join(home, '.docker', 'desktop');
  return {
    settings: '/usr/share/docker-desktop/admin-settings.json',
    olderSettings: ['/usr/share/docker-desktop/admin-settings/admin-settings.json'],
    userSettings: [join(own, 'settings-store.json'), join(own, 'settings.json')],
    sockets: [join(own, 'docker.sock')],
    programs: [
      '/opt/docker-desktop/bin/docker-desktop',
      '/opt/docker-desktop/bin/com.docker.backend',
      '/opt/docker-desktop/Docker Desktop',
    ],
    versions: ['/opt/docker-desktop/componentsVersion.json'],
    dockerCommands: ['/usr/bin/docker', '/usr/local/bin/docker'],
    backendErrors: [join(own, 'backend.error.json')],
    backendLogs: [join(own, 'log', 'host', 'com.docker.backend.log')],
    state: '/var/lib/bulkhead-docker-desktop',
    userState: join(env['XDG_STATE_HOME'] ?? join(home, '.local', 'state'), 'bulkhead', 'docker-desktop'),
  };
}
