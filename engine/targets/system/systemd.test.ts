import { describe, expect, it } from 'vitest';
import { phaseOf, parseJournal } from './driver.ts';
import { parseUnits } from '../guarded/systemd.ts';

const dropIns = '/etc/systemd/system/docker.service.d';
const shown = `MainPID=1721
Result=success
StatusText=Not replaced: a=b
ExecStart={ path=/usr/sbin/dockerd ; argv[]=/usr/sbin/dockerd -H fd:// --a=b ; ignore_errors=no ; pid=0 }
Id=docker.service
LoadState=loaded
ActiveState=active
FragmentPath=/usr/lib/systemd/system/docker.service
DropInPaths=${dropIns}/50-bulkhead.conf ${dropIns}/proxy.conf
ActiveEnterTimestamp=@1764288000
ActiveExitTimestamp=@1764287990
NRestarts=2
TriggeredBy=docker-tcp.socket docker.socket

Id=bulkhead-planner.service
LoadState=not-found
ActiveState=inactive
MainPID=0
ActiveEnterTimestamp=
`;

describe('units of systemd', () => {
  it('are parsed from the output of systemctl show', () => {
    const units = parseUnits(shown);
    expect(units.get('docker.service')).toEqual({
      load: 'loaded',
      active: 'active',
      mainPid: 1721,
      since: '2025-11-28T00:00:00.000Z',
      until: '2025-11-27T23:59:50.000Z',
      restarts: 2,
      result: 'success',
      status: 'Not replaced: a=b',
      isConditionMet: true,
      arguments: '-H fd:// --a=b',
      files: [
        '/usr/lib/systemd/system/docker.service',
        '/etc/systemd/system/docker.service.d/50-bulkhead.conf',
        '/etc/systemd/system/docker.service.d/proxy.conf',
      ],
      listens: [],
      socket: { mode: '', user: '', group: '' },
      triggeredBy: ['docker-tcp.socket', 'docker.socket'],
    });
    expect(units.get('bulkhead-planner.service')).toMatchObject({
      mainPid: null,
      since: null,
      until: null,
      restarts: 0,
      arguments: '',
      files: [],
    });
  });

  it.each([
    ['no', '@1764288000', false],
    ['yes', '@1764288000', true],
    // A unit that was never started.
    ['no', '', true],
  ])('a condition with result %s, checked at %s', (result, at, isMet) => {
    const unit = `Id=a.service\nConditionResult=${result}\nConditionTimestamp=${at}\n`;
    expect(parseUnits(unit).get('a.service')?.isConditionMet).toBe(isMet);
  });

  it('of sockets have their listening addresses, and who may use them', () => {
    const socket = `Id=docker.socket
Listen=/run/bulkhead/engine.sock (Stream)
Listen=[::]:2375 (Stream)
SocketMode=0660
SocketUser=
SocketGroup=docker
`;
    expect(parseUnits(socket).get('docker.socket')).toMatchObject({
      listens: ['/run/bulkhead/engine.sock', '[::]:2375'],
      socket: { mode: '0660', user: '', group: 'docker' },
      triggeredBy: [],
    });
  });

  it.each([
    ['active', 'ready'],
    ['reloading', 'ready'],
    ['activating', 'starting'],
    ['deactivating', 'stopping'],
    ['failed', 'failed'],
    ['inactive', 'stopped'],
  ])('give the phase of the engine: %s is %s', (active, phase) => {
    const unit = parseUnits(shown).get('docker.service');
    expect(phaseOf(unit === undefined ? undefined : { ...unit, active })).toBe(phase);
  });

  it('an engine without a unit is stopped', () => {
    expect(phaseOf(undefined)).toBe('stopped');
  });
});

it('the log is read from the journal, without lines that are not text and those of other units', () => {
  const entry = (unit: string, text: unknown) =>
    JSON.stringify({ __REALTIME_TIMESTAMP: '1764288000000000', _SYSTEMD_UNIT: unit, MESSAGE: text });
  const output = [
    entry('docker.service', 'API listen on /run/bulkhead/engine.sock'),
    entry('bulkhead-gateway.service', 'gateway listening'),
    entry('ssh.service', 'accepted'),
    entry('docker.service', [1, 2]),
    '{ broken',
    '',
  ].join('\n');
  const at = '2025-11-28T00:00:00.000Z';
  expect(parseJournal(output)).toEqual([
    { at, source: 'dockerd', text: 'API listen on /run/bulkhead/engine.sock' },
    { at, source: 'gateway', text: 'gateway listening' },
  ]);
});
