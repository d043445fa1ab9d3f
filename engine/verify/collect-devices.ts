import { stat } from 'node:fs/promises';
import { deviceNumber } from '../../shared/isolation/device-number.ts';
import { joinMessages } from '../../shared/messages/join-messages.ts';
import { message } from '../../shared/messages/message.ts';
import type { AllowedDevice } from '../../shared/settings/effective.ts';
import type { Claim } from '../../shared/verify/claims.ts';
import { claim, isRefused, notObserved, refusalOutcome, type Observation, type Refusal } from './judge.ts';
import { outcomeText } from './evidence.ts';
import type { ProbeResult } from './probe-container.ts';
import type { ProbeRunner } from './probe-runner.ts';
import type { VerifyOptions } from './verify-options.ts';

const id = 'A5-listed-devices';

/** A device that the settings list for every image. */
interface ListedDevice {
  readonly path: string;
  readonly access: string;
  /** `b7:0`. */
  readonly number: string;
}

/**
 * Devices of the machine that no container gets unless they are listed: the kernel's log, which may be
 * missing on a machine that is itself a container, and the terminal of a process.
 */
const unlistedDevices = ['/dev/kmsg', '/dev/tty'];
/** The devices of every container: null, zero, full, random, urandom, tty, console, ptmx and terminals. */
const usualDevices = /^c(?:1:[35789]|5:[012]|136:\d+)$/;
/** Errors that occur before the driver of a device is called. */
const refusals = new Set(['EPERM', 'EACCES', 'ENOENT']);

/** In place of a listed device, if none is listed for all images: every container has it. */
const nullDevice: ListedDevice = { path: '/dev/null', access: 'rwm', number: 'c1:3' };

/**
 * A5: a container that is given a device that is listed for every image can open it, has no other, and can
 * create none. One that is not listed is refused, unless a pattern may list it.
 */
export async function collectDevices(runner: ProbeRunner, { settings }: VerifyOptions): Promise<Claim> {
  const device = (await firstUnrestrictedDevice(settings.devices)) ?? nullDevice;
  const given = (path: string, access: string) => ({
    Devices: [{ PathOnHost: path, PathInContainer: path, CgroupPermissions: access }],
  });
  // The engine itself refuses one that is absent.
  const present = await presentDevice(unlistedDevices);
  const isListed = settings.devices.some((entry) => entry.device === present || /[*?]/.test(entry.device));
  const [probe, refusal] = await Promise.all([
    runner.probe({ args: ['--device', device.path], host: given(device.path, device.access) }),
    present === null || isListed ? null : runner.refusal(`--device ${present}`, given(present, 'r')),
  ]);
  return judgeDevices(device, probe, refusal);
}

/** The claim for the probe's result; `refusal`: of a device that is not listed, null if none was tried. */
export function judgeDevices(
  device: ListedDevice,
  probe: Observation<ProbeResult>,
  refusal: Refusal | null,
): Claim {
  if ('error' in probe) return notObserved(id, probe.error);
  const { devices } = probe.value.facts;
  if (devices === undefined) return notObserved(id, message('evidence.probe-did-not-look'));
  const others = devices.found.filter((number) => number !== device.number && !usualDevices.test(number));
  const isFound = devices.found.includes(device.number) && !refusals.has(devices.open);
  const isRefusedElsewhere = refusal === null || isRefused(refusal);
  return claim(
    id,
    isFound && others.length === 0 && devices.make === 'EPERM' && isRefusedElsewhere,
    joinMessages('statements', [
      message('evidence.device-opened', {
        device: device.path,
        number: device.number,
        outcome: devices.open,
      }),
      message('evidence.device-made', { outcome: devices.make }),
      ...(others.length === 0
        ? []
        : [message('evidence.other-devices', { devices: joinMessages('enumeration', others) })]),
      ...(refusal === null ? [] : [outcomeText(refusal.request, refusalOutcome(refusal))]),
    ]),
  );
}

async function presentDevice(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if ((await stat(path).catch(() => null)) !== null) return path;
  return null;
}

async function firstUnrestrictedDevice(entries: readonly AllowedDevice[]): Promise<ListedDevice | null> {
  for (const { device, access, images, users, groups } of entries) {
    if (images !== null || users !== null || groups !== null || !device.startsWith('/dev/')) continue;
    const info = await stat(device, { bigint: true }).catch(() => null);
    if (info === null || !(info.isBlockDevice() || info.isCharacterDevice())) continue;
    const { major, minor } = deviceNumber(info.rdev);
    return { path: device, access, number: `${info.isBlockDevice() ? 'b' : 'c'}${major}:${minor}` };
  }
  return null;
}
