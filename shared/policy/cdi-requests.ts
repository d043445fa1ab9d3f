import type { Change } from './decision.ts';
import { isObject, JsonNumber, type Json, type JsonObject } from './json.ts';
import { listAt, objectAt, textAt, textsAt } from './shape.ts';

/** Vendor and class of the CDI devices for NVIDIA's GPUs. */
const gpuKind = 'nvidia.com/gpu';
const cdiName = /^[A-Za-z0-9][A-Za-z0-9_.-]*\/[A-Za-z0-9][A-Za-z0-9_-]*=[A-Za-z0-9][A-Za-z0-9_.:-]*$/;
/** Maximum number of GPUs in `--gpus N`. */
const maxGpus = 64;

/** Whether a text is the name of a CDI device: `vendor.com/class=name`. */
export const isCdiName = (text: string): boolean => cdiName.test(text);

/**
 * The CDI devices of a device request; null if it is not for CDI devices. `--gpus` means
 * `nvidia.com/gpu=all`, `=0`, `=1`, …: the engine's own way, a hook of NVIDIA's toolkit, would run as root
 * outside of the container's namespaces, controlled by the image.
 */
export function cdiNames(request: Json): readonly string[] | null {
  if (!isObject(request) || objectAt(request, 'Options').size > 0) return null;
  const ids = textsAt(request, 'DeviceIDs');
  const driver = textAt(request, 'Driver');
  if (driver === 'cdi') return ids.length > 0 && ids.every((id) => isCdiName(id)) ? ids : null;
  const names = ids.length > 0 ? ids : firstGpus(countOf(request));
  const devices = names.map((name) => `${gpuKind}=${name}`);
  const isGpu = (driver === '' || driver === 'nvidia') && asksForGpu(request);
  return isGpu && devices.length > 0 && devices.every((name) => isCdiName(name)) ? devices : null;
}

function countOf(request: JsonObject): number {
  const count = request.get('Count');
  return count instanceof JsonNumber ? Number(count.text) : 0;
}

/** The option of the Docker CLI that a request for GPUs stands for; null for CDI devices by name. */
export function gpusOption(request: Json): string | null {
  if (!isObject(request) || textAt(request, 'Driver') === 'cdi') return null;
  const ids = textsAt(request, 'DeviceIDs');
  if (ids.length > 0) return `--gpus device=${ids.join(',')}`;
  const count = countOf(request);
  return `--gpus ${count === -1 ? 'all' : String(count)}`;
}

const asksForGpu = (request: JsonObject): boolean =>
  listAt(request, 'Capabilities').some((all) => Array.isArray(all) && all.includes('gpu'));

function firstGpus(count: number): string[] {
  if (count === -1) return ['all'];
  return count > 0 && count <= maxGpus ? Array.from({ length: count }, (_, index) => String(index)) : [];
}

/** Rewrites `--gpus` in `host` as requests for CDI devices. */
export function writeGpusAsCdi(host: Map<string, Json>, changes: Change[]): void {
  const requests = listAt(host, 'DeviceRequests');
  const written = requests.map((request): Json => {
    const names = cdiNames(request);
    if (names === null || !isObject(request) || textAt(request, 'Driver') === 'cdi') return request;
    const before = gpusOption(request) ?? '';
    changes.push({ rule: 'gpus-as-cdi', field: 'HostConfig.DeviceRequests', before, after: names.join(',') });
    return new Map<string, Json>([
      ['Driver', 'cdi'],
      ['DeviceIDs', names],
    ]);
  });
  if (requests.length > 0) host.set('DeviceRequests', written);
}
