import { atLeast } from '../../coverage/coverage.ts';
import { parseImageReference } from '../image-reference.ts';
import { knownKeyAt } from '../known-keys.ts';
import type { SettingsPath } from '../pointer.ts';
import { message, type Message } from '../../messages/message.ts';
import type { Report } from './report.ts';

const mount = ['enhancedContainerIsolation', 'dockerSocketMount'] as const;

/**
 * Parts of the format for which the installed Docker Desktop is too old: it ignores them, and what they
 * should allow stays refused.
 */
export function lintDesktopVersion(report: Report): void {
  const { desktop } = report.context;
  if (report.ownEngine || desktop?.version == null) return;
  const { version } = desktop;
  const tooOld = (path: SettingsPath, what: Message) => {
    const first = knownKeyAt(path)?.since;
    if (first === undefined) return false;
    const since = desktop.virtualMachine === 'wsl2' ? (first.wsl2 ?? first.version) : first.version;
    if (atLeast(version, since)) return false;
    report.addOnKey(
      'desktop-version-too-old',
      'warning',
      path,
      message('settings.needs-newer-docker-desktop', { what, since, version }),
      { params: { version, since, what: what.text } },
    );
    return true;
  };
  if (report.value([...mount]) === undefined) return;
  // Without the permissions themselves, their parts need no findings.
  if (tooOld([...mount], message('settings.list-of-images-that-may-mount-docker'))) return;
  const images = report
    .list([...mount, 'imageList', 'images'])
    .flatMap((image, index) => (typeof image === 'string' ? [{ image, index }] : []));
  const derived = report.value([...mount, 'imageList', 'allowDerivedImages']);
  if (
    derived !== undefined &&
    tooOld(
      [...mount, 'imageList', 'allowDerivedImages'],
      message('settings.allowing-images-built-from-listed-ones'),
    )
  )
    return;
  const wildcards = images.filter(({ image }) => {
    const parsed = parseImageReference(image);
    return parsed.ok && (parsed.value.kind === 'any' || (derived !== false && parsed.value.tag === '*'));
  });
  for (const { image, index } of wildcards) {
    if (atLeast(version, '4.36')) break;
    const what = image.startsWith('*') ? '"*", any image,' : 'A tag "*" together with images built from it';
    report.add(
      'desktop-version-too-old',
      'warning',
      [...mount, 'imageList', 'images', index],
      message('settings.needs-docker-desktop-4-36-or-newer', { what, version }),
      { params: { version, since: '4.36', what } },
    );
  }
}
