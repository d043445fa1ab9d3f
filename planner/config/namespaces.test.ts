import { describe, expect, it } from 'vitest';
import { parseSpec } from './bundle.ts';
import { checkNamespaces } from './namespaces.ts';

const ownPid = process.pid;
const spec = (namespaces: { type: string; path?: string }[], linux: object = {}) =>
  parseSpec(JSON.stringify({ root: { path: '/' }, linux: { namespaces, ...linux } }));
const all = ['mount', 'network', 'uts', 'pid', 'ipc'].map((type) => ({ type }));

describe('checkNamespaces', () => {
  it('allows a container with namespaces of its own', () => {
    expect(checkNamespaces(spec(all), ownPid)).toBeNull();
  });

  it.each([
    ['network', '--network=host'],
    ['pid', '--pid=host'],
    ['ipc', '--ipc=host'],
    ['uts', '--uts=host'],
    ['mount', 'mount'],
  ])('A7 refuses a missing %s namespace', (type, flag) => {
    expect(() => checkNamespaces(spec(all.filter((n) => n.type !== type)), ownPid)).toThrow(flag);
  });

  it.each([
    ['network', 'net'],
    ['pid', 'pid'],
    ['ipc', 'ipc'],
    ['uts', 'uts'],
    ['cgroup', 'cgroup'],
    ['time', 'time'],
  ])("A7 refuses the host's %s namespace by whatever path", (type, file) => {
    const others = all.filter((n) => n.type !== type);
    for (const path of [
      `/proc/self/ns/${file}`,
      `/proc/${ownPid}/ns/${file}`,
      `/proc/thread-self/ns/${file}`,
    ]) {
      expect(() => checkNamespaces(spec([...others, { type, path }]), ownPid)).toThrow(
        'cannot share the host',
      );
    }
  });

  it("A7 refuses to join namespaces of a process whose user namespace is the host's", () => {
    // Our own process stands in for an unprotected container: under another namespace type, its file is not
    // that of the host's network namespace.
    expect(() =>
      checkNamespaces(
        spec([...all.slice(0, 1), ...all.slice(2), { type: 'network', path: `/proc/${ownPid}/ns/mnt` }]),
        ownPid,
      ),
    ).toThrow('protected container only');
  });

  it('refuses a namespace that belongs to no process, and unknown types', () => {
    const rest = all.filter((n) => n.type !== 'network');
    expect(() => checkNamespaces(spec([...rest, { type: 'network', path: '/dev/null' }]), ownPid)).toThrow(
      'belongs to no container',
    );
    expect(() =>
      checkNamespaces(spec([...all, { type: 'other', path: '/proc/self/ns/time' }]), ownPid),
    ).toThrow('not supported');
  });

  it('allows its own time namespace (Docker 29.5), and joins only that of a protected one', () => {
    expect(checkNamespaces(spec([...all, { type: 'time' }]), ownPid)).toBeNull();
    expect(() =>
      checkNamespaces(spec([...all, { type: 'time', path: `/proc/${ownPid}/ns/mnt` }]), ownPid),
    ).toThrow('protected container only');
  });

  it('refuses an engine that remaps users itself', () => {
    expect(() => checkNamespaces(spec([...all, { type: 'user' }]), ownPid)).toThrow('userns-remap');
    expect(() =>
      checkNamespaces(spec(all, { uidMappings: [{ containerID: 0, hostID: 1, size: 1 }] }), ownPid),
    ).toThrow('userns-remap');
  });
});
