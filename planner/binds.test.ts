import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planBinds } from './binds.ts';
import type { BindSource } from './config/bundle.ts';
import type { DeviceNodes } from './config/device-nodes.ts';
import type { OciMount, OciSpec } from './base/oci-spec.ts';
import { parseMountinfo } from '../engine/base/mountinfo.ts';
import { PlanBuilder } from './base/plan.ts';

let directory: string;
const at = (...parts: string[]) => path.join(directory, ...parts);
const id = '0123456789abcdef'.repeat(2);
const servers: Server[] = [];
beforeAll(async () => {
  directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'bulkhead-binds-')));
  mkdirSync(at('share/sub'), { recursive: true });
  mkdirSync(at('elsewhere/deep'), { recursive: true });
  writeFileSync(at('elsewhere/deep/file'), '');
  symlinkSync(at('elsewhere'), at('share/link'));
  mkdirSync(at('disk/root/data/volumes'), { recursive: true });
  symlinkSync(at('disk/root'), at('root'));
  symlinkSync(at('elsewhere'), at('disk/root/data/swapped'));
  mkdirSync(at('disk/root/sockets', id), { recursive: true });
  mkdirSync(at('disk/root/sockets', 'f'.repeat(32), 'docker.sock'), { recursive: true });
  writeFileSync(
    at('disk/root/sockets', id, 'mount.json'),
    JSON.stringify({ version: 1, container: { id: 'c1', name: 'n' } }),
  );
  for (const file of [at('disk/root/sockets', id, 'docker.sock'), at('disk/root/docker.sock')]) {
    const server = createServer().listen(file);
    servers.push(server);
    await once(server, 'listening');
  }
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(directory, { recursive: true, force: true });
});

const noDeviceNodes: DeviceNodes = { harmless: () => null, granted: () => '' };

function planned(
  mount: Partial<OciMount> & { source: string },
  container = 'c1',
  more = '',
  plan = new PlanBuilder(),
  deviceNodes: DeviceNodes = noDeviceNodes,
): Map<number, BindSource> {
  plan.privateDirectory('/targets');
  const spec = {
    root: { path: '/r' },
    linux: { namespaces: [] },
    mounts: [{ destination: '/m', type: 'bind', options: ['rbind', 'rw'], ...mount }],
  } as OciSpec; // the only fields that planBinds reads
  return planBinds(spec, plan, {
    container,
    mounts: parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8') + more),
    namespace: plan.userNamespace('0 1 1'),
    base: 1_000_013_824,
    parts: {
      sockets: [at('disk/root/docker.sock')],
      directories: [at('disk/root/sockets')],
      containerSockets: at('disk/root/sockets'),
      roots: [at('root')],
    },
    engineRoots: [at('disk/root')],
    shares: { namespaceFor: () => plan.userNamespaceOf('1 1 1', '1 1 1'), maps: () => null },
    deviceNodes,
  });
}

/** The paths at which runc finds the binds, by index. */
function bind(...of: Parameters<typeof planned>): Map<number, string> {
  return new Map([...planned(...of)].map(([index, { path: found }]) => [index, found]));
}

describe('A8: a bind source', () => {
  it('may be any real path', () => {
    expect(bind({ source: at('share/sub') }).get(0)).toBe('/targets/0');
    expect(bind({ source: at('elsewhere/deep/file') }).get(0)).toBe('/targets/0');
    expect(planned({ source: at('share/sub') }).get(0)?.isDirectory).toBe(true);
    expect(planned({ source: at('elsewhere/deep/file') }).get(0)?.isDirectory).toBe(false);
  });

  it('is mounted as the checked object, also without id-mapping; a missing one is refused', () => {
    expect(bind({ source: '/proc/sys/kernel' }).get(0)).toBe('/targets/0');
    expect(bind({ source: '/dev/null' }).get(0)).toBe('/targets/0');
    expect(() => bind({ source: at('share/not-yet') })).toThrow(
      /enhanced container isolation: the source of a bind mount does not exist/,
    );
  });

  it('is refused if it contains a link: the gateway wrote none, so it was created since', () => {
    for (const source of [at('share/link'), at('share/link/deep'), at('share/link/deep/file')])
      expect(() => bind({ source })).toThrow('leads through a symbolic link');
  });

  it('is refused alike wherever a link on its path leads, and whether anything is there', () => {
    const refusal = (target: string): string => {
      rmSync(at('share/exchanged'), { force: true });
      symlinkSync(target, at('share/exchanged'));
      try {
        bind({ source: at('share/exchanged') });
      } catch (error) {
        return (error as Error).message;
      }
      return 'nothing was refused';
    };
    const expected = refusal(at('elsewhere'));
    expect(expected).toContain(`${at('share/exchanged')} leads through a symbolic link`);
    expect(expected).not.toContain('elsewhere');
    for (const target of [
      at('missing'),
      at('elsewhere/deep/file/x'),
      at('root/data'),
      '/dev/null',
      'exchanged',
    ])
      expect(refusal(target)).toBe(expected);
  });

  it("may have links above the engine's own root, but none below it", () => {
    expect(bind({ source: at('root/data/volumes') }).get(0)).toBe('/targets/0');
    expect(() => bind({ source: at('root/data/swapped') })).toThrow('symbolic link');
  });

  it("allows only the engine's own init", () => {
    expect(() =>
      bind({ source: at('share/link'), destination: '/sbin/docker-init', options: ['bind', 'ro'] }),
    ).toThrow('symbolic link');
    const program = realpathSync('/usr/bin/awk') === '/usr/bin/awk' ? null : '/usr/bin/awk';
    if (program === null) return;
    expect(bind({ source: program, destination: '/sbin/docker-init', options: ['bind', 'ro'] }).size).toBe(1);
    expect(() => bind({ source: program, destination: '/sbin/docker-init', options: ['bind'] })).toThrow(
      'symbolic link',
    );
    expect(() => bind({ source: program })).toThrow('symbolic link');
  });

  it("B2: may be the container's own socket at the gateway's path, and no other socket", () => {
    expect(bind({ source: at('root/sockets', id, 'docker.sock') }).get(0)).toBe('/targets/0');
    expect(() => bind({ source: at('root/sockets', id, 'docker.sock') }, 'c2')).toThrow(
      /enhanced container isolation: .*another container/,
    );
    for (const source of [
      at('root/sockets'),
      at('root/sockets', id),
      at('root/sockets', id, 'mount.json'),
      at('root/sockets', 'f'.repeat(32), 'docker.sock'),
    ]) {
      expect(() => bind({ source })).toThrow(
        /enhanced container isolation: .*belongs to the container engine/,
      );
    }
    expect(() => bind({ source: at('root/docker.sock') })).toThrow(/socket/);
    expect(() => bind({ source: at('disk') })).toThrow(/contains/);
  });
});

describe('A5: devices in bind mounts', () => {
  const flags = (source: string, more = '', options = ['rbind', 'rw']) => {
    const plan = new PlanBuilder();
    const found = planned({ source, options }, 'c1', more, plan);
    const fields = plan.encode().toString().split('\0');
    return {
      tree: Number(fields[fields.findLastIndex((field) => field === 'tree') + 4]),
      locked: found.get(0)?.lockedFlags,
    };
  };
  const [noDevices, allNoDevices] = [64, 128];

  it('are disabled in a directory and mounts below it; runc gets the flags that it cannot clear', () => {
    const { tree, locked } = flags(at('share'));
    expect(tree & (noDevices | allNoDevices)).toBe(noDevices | allNoDevices);
    expect(locked).toContain('nodev');
  });

  it("work in the kernel's own file systems, also below a bind", () => {
    expect(flags('/dev/tty', `900 1 0:900 / /dev rw,nosuid - devtmpfs devtmpfs rw\n`)).toMatchObject({
      locked: ['nosuid'],
    });
    expect(flags('/dev/tty').tree & noDevices).toBe(0);
    expect(
      flags(at('share'), `900 1 0:900 / ${at('share/dev')} rw - devtmpfs devtmpfs rw\n`).tree &
        (noDevices | allNoDevices),
    ).toBe(noDevices);
  });

  describe('that every container has (-v /dev/null:/path)', () => {
    const readOnly = 2;
    const plannedTree = (source: string, deviceNodes?: DeviceNodes) => {
      const plan = new PlanBuilder();
      const found = planned({ source }, 'c1', '', plan, deviceNodes).get(0);
      const fields = plan.encode().toString().split('\0');
      const [path, , namespace, flags] = fields.slice(fields.indexOf('tree') + 1);
      return { path, namespace, flags: Number(flags), shares: fields.includes('share'), found };
    };
    const own: DeviceNodes = { ...noDeviceNodes, harmless: (name) => at('own', name) };

    it.each(['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom'])(
      'are our own file of %s: open, with the ids of the range, shared by nobody',
      (name) => {
        expect(plannedTree(name, own)).toEqual({
          path: at('own', name),
          namespace: '0',
          flags: readOnly,
          shares: false,
          found: { path: '/targets/0', isDirectory: false, lockedFlags: ['ro', 'nosuid', 'noexec'] },
        });
      },
    );

    it("are the machine's file where there is none of ours", () => {
      expect(plannedTree('/dev/null')).toMatchObject({
        path: '/dev/null',
        namespace: '-',
        flags: readOnly,
        shares: false,
      });
    });

    it('are no others: those are shared like any file', () => {
      expect(plannedTree('/dev/tty', own)).toMatchObject({ path: '/dev/tty', shares: true });
    });
  });

  it('keep the flags that an administrator set for the file system', () => {
    expect(
      flags(at('share'), `900 1 0:900 / ${at('share')} rw,nosuid,noexec - ext4 /dev/x rw\n`).locked,
    ).toEqual(['nosuid', 'nodev', 'noexec']);
  });
});

describe('a bind from an overlay', () => {
  const fields = (mounted: string, layers: string) => {
    const plan = new PlanBuilder();
    const line =
      `900 1 0:900 / ${mounted} rw - overlay overlay ` +
      `rw,lowerdir=${layers}/l,upperdir=${layers}/u,workdir=${layers}/w\n`;
    bind({ source: mounted }, 'c1', line, plan);
    return plan.encode().toString().split('\0');
  };
  beforeAll(() => {
    for (const layers of ['disk/root/layers', 'elsewhere/layers'])
      for (const name of ['l', 'u', 'w']) mkdirSync(at(layers, name), { recursive: true });
  });

  it("of the engine's is another view of its layers, with the container's ids", () => {
    expect(fields(at('disk/root/data'), at('disk/root/layers'))).toContain('overlay');
  });

  it.each(['share', 'disk/root/data'])(
    "of anybody else's is that very mount: two over one upper directory are undefined (mounted at %s)",
    (mounted) => {
      const planned = fields(at(mounted), at('elsewhere/layers'));
      expect(planned).not.toContain('overlay');
      expect(planned).toContain(at(mounted));
    },
  );
});
