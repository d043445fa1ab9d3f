import type { TFunction } from 'i18next';
import { joinSentences } from '../../i18n/lists.ts';
import { translateMessage } from '../../i18n/translate.ts';
import type { MountDecision } from './mount-decision.ts';
import type { Resolved } from './resolved.ts';

/** The gateway's reason as the window's text; without one, the gateway's own text. */
export function reasonOf(
  t: TFunction,
  { path, against, mount, resolved: at }: MountDecision,
  found: ReadonlyMap<string, Resolved>,
): string {
  const linked = mount.real !== path;
  const missing = at?.kind === 'missing' && at.error === null ? t('files.tester.missing') : '';
  switch (mount.code) {
    case 'eci-off':
      return t(against === 'draft' ? 'files.tester.offDraft' : 'files.tester.off');
    case 'allowed': {
      // The gateway names the real directory; the list may have another path to it.
      const share =
        [...found.values()].find((one) => (one.real ?? one.expanded) === mount.share)?.written ??
        mount.share ??
        '';
      return joinSentences(t, [
        linked
          ? t('files.tester.insideLink', { real: mount.real, share })
          : t('files.tester.inside', { share }),
        missing,
      ]);
    }
    case 'default-device':
      return t('files.tester.defaultDevice');
    case 'bind-not-shared':
      return joinSentences(t, [
        linked ? t('files.tester.notSharedLink', { real: mount.real }) : t('files.tester.notShared'),
        missing,
      ]);
    case 'bind-engine-directory':
      return t('files.tester.engine');
    case 'bind-unresolvable':
      return path.startsWith('/') ? t('files.tester.unresolvable') : t('files.tester.relative');
    case 'socket-mount':
      return t('files.tester.socket');
    default:
      return mount.denial === null ? '' : translateMessage(mount.denial);
  }
}
