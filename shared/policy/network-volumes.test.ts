import { describe, expect, it } from 'vitest';
import type { AllowedNetworkVolume } from '../settings/network-share.ts';
import { decideCreateContainer, readCreateBody } from './create-container.ts';
import { facts as otherFacts } from './create-facts-fixture.ts';
import { refusalText } from './decision.ts';
import { parseJson } from './json-parser.ts';
import { writeJson } from './json.ts';
import { withRequiredOptions } from './network-volumes.ts';
import type { CreateFacts } from './references.ts';
import { decideVolume } from './volume.ts';

const allowed: readonly AllowedNetworkVolume[] = [
  { type: 'nfs', source: 'Nas.example.com:/exports/team' },
  { type: 'nfs', source: '10.0.0.5:/home/*' },
  { type: 'nfs', source: '10.0.0.5:/home/ada/deep' },
  { type: 'nfs', source: '[fd00::5]:/v6' },
  { type: 'nfs', source: '10.0.0.6:/' },
  { type: 'cifs', source: '//files/team' },
  { type: 'cifs', source: '//files/own/a?c$' },
];
const facts = (options: Record<string, string>, driver = '') => ({
  driver,
  options: new Map(Object.entries(options)),
});
const nfs = (o: string, device: string, more: Record<string, string> = {}) =>
  facts({ type: 'nfs', o, device, ...more });
const cifs = (o: string, device: string) => facts({ type: 'cifs', o, device });
const rule = (volume: ReturnType<typeof facts>, networkVolumes = allowed, isMade = false) => {
  const decision = decideVolume('v', volume, { networkVolumes, isMade });
  return decision.outcome === 'deny' ? decision.rule : decision.outcome;
};

describe('A8: volumes on other machines', () => {
  it('are refused where the settings list none, and the refusal names the setting', () => {
    const decision = decideVolume('v', nfs('addr=10.0.0.5,rw', ':/home/ada'));
    expect(decision.outcome === 'deny' && refusalText(decision)).toBe(
      'enhanced container isolation: volume v of type nfs on 10.0.0.5:/home/ada is blocked: shares ' +
        'of other machines are volumes only where the settings list them (A8); an administrator can ' +
        'allow it in bulkhead.networkVolumes',
    );
  });

  it.each([
    nfs('addr=nas.example.com', ':/exports/team'),
    nfs('addr=NAS.example.com,rw,nfsvers=4.2,hard,timeo=600,nolock', 'nas.example.com:/exports/team/'),
    facts({ type: 'nfs4', o: 'addr=10.0.0.5', device: ':/home/ada' }, 'local'),
    nfs('rw,addr=fd00::5', '[FD00::5]:/v6'),
    nfs('addr=10.0.0.6,sec=sys', ':/'),
    cifs('username=u,password=p=addr,vers=3.0,file_mode=0777,dir_mode=0777', '//files/team'),
    cifs('addr=files,username=u,domain=D', '//FILES/team'),
    cifs('guest', '//files/own/abc$'),
  ])('%j passes where it is listed', (volume) => {
    expect(rule(volume)).toBe('allow');
    expect(rule(volume, [])).toBe('network-volume');
  });

  it.each([
    // Another server or directory; what a link could stand in for.
    nfs('addr=10.0.0.4', ':/home/ada'),
    nfs('addr=10.0.0.5', ':/home'),
    nfs('addr=10.0.0.5', ':/home/ada/x'),
    nfs('addr=10.0.0.5', ':/home/ada/deep'),
    nfs('addr=10.0.0.6', ':/any'),
    nfs('addr=nas.example.com', ':/Exports/team'),
    nfs('addr=nas.example.com', ':/exports/team2'),
    cifs('username=u', '//files/team/below'),
    cifs('username=u', '//files/own/abbc$'),
    // The kernel asks the server that `addr` names, whatever stands before the path.
    nfs('addr=192.0.2.1', '10.0.0.5:/home/ada'),
    nfs('addr=10.0.0.5,addr=192.0.2.1', ':/home/ada'),
    nfs('', '10.0.0.5:/home/ada'),
    nfs('rw', ':/home/ada'),
    nfs('addr=', ':/home/ada'),
    cifs('addr=192.0.2.1', '//files/team'),
    // Paths that readers could take differently.
    nfs('addr=10.0.0.5', ':/home/ada/../bob'),
    nfs('addr=10.0.0.5', ':/home/..'),
    nfs('addr=10.0.0.5', ':/home//ada'),
    nfs('addr=10.0.0.5', ':/home/a*'),
    nfs('addr=10.0.0.5', ':/home/%61da'),
    nfs('addr=10.0.0.5', ':home/ada'),
    cifs('username=u', '//files\\team'),
    cifs('username=u', '//files/te%61m'),
    cifs('username=u', '//u@files/team'),
    cifs('username=u', '//files:445/team'),
    cifs('username=u', String.raw`\\files\team`),
  ])('%j is refused', (volume) => {
    expect(rule(volume)).toBe('network-volume');
  });

  it.each([
    ...'clientaddr=1.1.1.1 mountaddr=1.1.1.1 mounthost=x port=1 mountport=1'.split(' '),
    ...'source=x fsc sec=krb5 context=x'.split(' '),
    ...'bind rbind shared remount suid dev sloppy xprtsec=tls cert_serial=1 defaults addr'.split(' '),
    'rw,,ro',
    ' rw',
    'vers=5',
    'RW',
  ])('the option %s is refused: NFS', (option) => {
    expect(rule(nfs(`addr=10.0.0.5,${option}`, ':/home/ada'))).toBe('volume-options');
  });
  it.each([
    ...'sec=krb5 sec=krb5i cruid=0 multiuser credentials=/root/x unc=//x/y'.split(' '),
    ...'ip=192.0.2.1 sep=; prefixpath=x file_mode=04755 uid=root setuids sfu'.split(' '),
    ...'modefromsid cifsacl idsfromsid port=1 target=//x/y rdma dev'.split(' '),
    'password=a,,b',
    'username=a\nb',
  ])('the option %s is refused: CIFS', (option) => {
    expect(rule(cifs(`username=u,${option}`, '//files/team'))).toBe('volume-options');
  });

  it('other types, drivers, quotas and options of the driver are no such volumes', () => {
    for (const type of ['NFS', 'smb3', 'ceph', '9p', 'nfs ', ''])
      expect(rule(facts({ type, o: 'addr=10.0.0.5', device: ':/home/ada' }))).toBe('volume-options');
    expect(rule(nfs('addr=10.0.0.5', ':/home/ada', { size: '1g' }))).toBe('volume-options');
    expect(rule(nfs('addr=10.0.0.5', ':/home/ada', { foo: 'x' }))).toBe('volume-options');
    expect(rule(facts({ type: 'nfs', o: 'addr=10.0.0.5' }))).toBe('volume-options');
    expect(rule(facts({ type: 'nfs', o: 'addr=10.0.0.5', device: ':/home/ada' }, 'plugin'))).toBe(
      'volume-plugin',
    );
  });

  it('a refused option is not repeated with its value, which may be a password', () => {
    const decision = decideVolume('v', cifs('Password=secret', '//files/team'), { networkVolumes: allowed });
    expect(JSON.stringify(decision)).not.toContain('secret');
  });

  it('no device or set-user-ID file of the server acts, and no key of the machine is used', () => {
    const o = (volume: ReturnType<typeof facts>) => withRequiredOptions(volume).get('o');
    expect(o(nfs('addr=10.0.0.5', ':/x'))).toBe('addr=10.0.0.5,nosuid,nodev,sec=sys');
    expect(o(nfs('nodev,addr=10.0.0.5,sec=none', ':/x'))).toBe('nodev,addr=10.0.0.5,sec=none,nosuid');
    expect(o(cifs('', '//files/team'))).toBe('nosuid,nodev,sec=ntlmssp');
    const tmpfs = facts({ type: 'tmpfs', device: 'tmpfs' });
    expect(withRequiredOptions(tmpfs)).toBe(tmpfs.options);
    // One from before ECI was on.
    expect(rule(nfs('addr=10.0.0.5', ':/home/ada'), allowed, true)).toBe('volume-options');
    expect(rule(nfs('addr=10.0.0.5,nodev,nosuid,sec=sys', ':/home/ada'), allowed, true)).toBe('allow');
  });
});

describe('A8: a container with a volume on another machine', () => {
  const inside = { type: 'nfs', o: 'addr=10.0.0.5,nosuid,nodev,sec=sys', device: ':/home/ada' };
  const all: CreateFacts = {
    ...otherFacts,
    networkVolumes: allowed,
    volumes: new Map([
      ['net', facts(inside)],
      ['new', null],
    ]),
    containers: new Map([
      [
        'has',
        {
          id: 'a'.repeat(64),
          protected: true,
          mounts: [{ type: 'volume', name: 'net', source: '', destination: '/n', readOnly: false }],
        },
      ],
    ]),
  };
  const host = (hostConfig: object, known: CreateFacts = all) => {
    const parsed = parseJson(JSON.stringify({ Image: 'busybox', HostConfig: hostConfig }));
    const read = parsed.ok ? readCreateBody(parsed.value) : null;
    if (read?.ok !== true) throw new Error('no body');
    const { decision, body } = decideCreateContainer(read.body, known, { runtime: 'bulkhead' });
    return body === null
      ? decision
      : (JSON.parse(writeJson(body)) as { readonly HostConfig: object }).HostConfig;
  };

  it('gets no files of its image there, which the engine would copy as root', () => {
    expect(host({ Binds: ['net:/x', 'net:/y:ro', 'net:/z:nocopy', 'new:/w'] })).toMatchObject({
      Binds: ['net:/x:nocopy', 'net:/y:ro,nocopy', 'net:/z:nocopy', 'new:/w'],
    });
    const inline = { type: 'nfs', o: 'addr=10.0.0.5', device: ':/home/ada' };
    expect(
      host({
        Mounts: [
          { Type: 'volume', Source: 'net', Target: '/x', VolumeOptions: { Subpath: 'a' } },
          {
            Type: 'volume',
            Source: 'new',
            Target: '/y',
            VolumeOptions: { DriverConfig: { Name: 'local', Options: inline } },
          },
          { Type: 'volume', Source: 'new', Target: '/z' },
        ],
      }),
    ).toMatchObject({
      Mounts: [
        { VolumeOptions: { Subpath: 'a', NoCopy: true } },
        { VolumeOptions: { NoCopy: true, DriverConfig: { Name: 'local', Options: inside } } },
        { Type: 'volume', Source: 'new', Target: '/z' },
      ],
    });
  });

  it('is refused where the settings list the share no more, by every road', () => {
    for (const hostConfig of [
      { Binds: ['net:/x'] },
      { Mounts: [{ Type: 'volume', Source: 'net', Target: '/x' }] },
      { VolumesFrom: ['has'] },
      {
        Mounts: [
          {
            Type: 'volume',
            Target: '/x',
            VolumeOptions: { DriverConfig: { Options: { ...inside, o: 'addr=10.0.0.5' } } },
          },
        ],
      },
    ]) {
      const { networkVolumes: _, ...none } = all;
      expect(host(hostConfig, none)).toMatchObject({ rule: 'network-volume' });
      expect(host(hostConfig)).not.toHaveProperty('rule');
    }
  });
});
