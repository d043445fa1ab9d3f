import { atLeast } from '../../coverage/coverage.ts';
import { parseImageReference } from '../image-reference.ts';
import { knownKeys, type KnownKey } from '../known-keys.ts';
import { toPointer, type SettingsPath } from '../pointer.ts';
import { message, plainText, type Message } from '../../messages/message.ts';
import type { Report } from './report.ts';

const mount = ['enhancedContainerIsolation', 'dockerSocketMount'] as const;
const derivedImages = [...mount, 'imageList', 'allowDerivedImages'];

/** What a sentence names in place of the key, where that says more. */
const partNames: Readonly<Record<string, Message>> = {
  [toPointer([...mount])]: message('settings.list-of-allowed-images'),
  [toPointer(derivedImages)]: message('settings.derived-images'),
};

/**
 * Parts of the format for which the installed Docker Desktop is too old: it ignores them, and what they
 * should allow stays refused.
 */
export function lintDesktopVersion(report: Report): void {
  const { desktop } = report.context;
  if (report.ownEngine || desktop?.version == null) return;
  const ignored = new Set<string>();
  lintKeys(report, knownKeys, [], ignored);
  if ([mount, derivedImages].some((path) => ignored.has(toPointer([...path])))) return;
  lintWildcards(report, desktop.version);
}

/** Every key that a version of Docker Desktop introduced. The parts of an ignored key need no findings. */
function lintKeys(
  report: Report,
  keys: Readonly<Record<string, KnownKey>>,
  parent: SettingsPath,
  ignored: Set<string>,
): void {
  for (const [name, key] of Object.entries(keys)) {
    const path = [...parent, name];
    if (report.value(path) === undefined) continue;
    if (isTooOld(report, key, path)) ignored.add(toPointer(path));
    else if (key.keys !== undefined) lintKeys(report, key.keys, path, ignored);
  }
}

function isTooOld(report: Report, { since: first }: KnownKey, path: SettingsPath): boolean {
  const { desktop } = report.context;
  if (first === undefined || desktop?.version == null) return false;
  const { version } = desktop;
  const since = desktop.virtualMachine === 'wsl2' ? (first.wsl2 ?? first.version) : first.version;
  if (atLeast(version, since)) return false;
  const what = partNames[toPointer(path)] ?? JSON.stringify(path.at(-1));
  report.addOnKey(
    'desktop-version-too-old',
    'warning',
    path,
    message('settings.needs-newer-docker-desktop', { what, since, version }),
    { params: { version, since, what: plainText(what) } },
  );
  return true;
}

/** Images by a wildcard, which are no keys. */
function lintWildcards(report: Report, version: string): void {
  if (atLeast(version, '4.36')) return;
  const derived = report.value(derivedImages);
  for (const [index, image] of report.list([...mount, 'imageList', 'images']).entries()) {
    if (typeof image !== 'string') continue;
    const parsed = parseImageReference(image);
    const isWildcard =
      parsed.ok && (parsed.value.kind === 'any' || (derived !== false && parsed.value.tag === '*'));
    if (!isWildcard) continue;
    const what = image.startsWith('*') ? '"*", any image,' : 'A tag "*" together with images built from it';
    report.add(
      'desktop-version-too-old',
      'warning',
      [...mount, 'imageList', 'images', index],
      message('settings.needs-desktop-4-36', { what, version }),
      { params: { version, since: '4.36', what } },
    );
  }
}
