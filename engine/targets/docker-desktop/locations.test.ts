import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { desktopLocations } from './locations.ts';

describe("locations of Docker Desktop's files", () => {
  it.each([
    [
      'darwin',
      '/Users/sam',
      '/Library/Application Support/com.docker.docker/admin-settings.json',
      '/Users/sam/Library/Group Containers/group.com.docker/settings-store.json',
      '/Users/sam/.docker/run/docker.sock',
    ],
    [
      'win32',
      'C:\\Users\\sam',
      'C:\\ProgramData\\DockerDesktop\\admin-settings.json',
      'C:\\Users\\sam\\AppData\\Roaming\\Docker\\settings-store.json',
      '\\\\.\\pipe\\dockerDesktopLinuxEngine',
    ],
    [
      'linux',
      '/home/sam',
      '/usr/share/docker-desktop/admin-settings.json',
      '/home/sam/.docker/desktop/settings-store.json',
      '/home/sam/.docker/desktop/docker.sock',
    ],
  ] as const)('on %s', (platform, home, settings, userSettings, socket) => {
    const found = desktopLocations({ platform, home, env: {} });
    expect([found.settings, found.userSettings[0], found.sockets[0]]).toEqual([
      settings,
      userSettings,
      socket,
    ]);
    const { isAbsolute } = platform === 'win32' ? path.win32 : path.posix;
    for (const place of Object.values(found).flat() as string[]) expect(isAbsolute(place), place).toBe(true);
  });

  it('follows the program and data directories of Windows', () => {
    const found = desktopLocations({
      platform: 'win32',
      home: 'C:\\Users\\sam',
      env: { ProgramData: 'D:\\Data', ProgramFiles: 'D:\\Programs', APPDATA: 'E:\\Roaming' },
    });
    expect([found.settings, found.programs[0], found.userSettings[0]]).toEqual([
      'D:\\Data\\DockerDesktop\\admin-settings.json',
      'D:\\Programs\\Docker\\Docker\\Docker Desktop.exe',
      'E:\\Roaming\\Docker\\settings-store.json',
    ]);
  });
});
