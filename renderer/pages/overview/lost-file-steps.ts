import { navigate } from '../../state/router.ts';
import { ErrorIcon } from '../../theme/icons.ts';
import { withCode } from '../../components/mono.tsx';
import type { NextStep, NextStepContext } from './next-step.ts';

/** The settings file was deleted: restore it from history, or write one. The alarm on top says what holds. */
export function deletedFileStep(context: NextStepContext): NextStep | null {
  const { t, app, protection, onRestore, restoring } = context;
  const { difference, restorableVersion: version } = protection.enforcement;
  // With the engine's directory its file is back, too.
  if (difference !== 'deleted' || app.engine.missingRoot !== undefined) return null;
  if (version === null)
    return {
      key: 'deleted',
      icon: ErrorIcon,
      tone: 'danger',
      title: t('overview.next.writeFile'),
      why: t('overview.next.writeFileWhy'),
      action: t('overview.next.open', { page: t('frame.page.isolation') }),
      run: () => {
        navigate('isolation');
      },
    };
  return {
    key: 'deleted',
    icon: ErrorIcon,
    tone: 'danger',
    title: t('overview.next.restoreFile'),
    why: t('overview.next.restoreFileWhy', { version }),
    action: t('frame.enforcement.restore', { version }),
    run: () => {
      onRestore(version);
    },
    busy: restoring,
  };
}

/** The engine's directory is gone: put it back, or open another engine. */
export function missingRootStep({ t, app }: NextStepContext): NextStep | null {
  const { missingRoot: root } = app.engine;
  if (root === undefined) return null;
  return {
    key: 'missing-root',
    icon: ErrorIcon,
    tone: 'danger',
    title: t('overview.next.missingRoot'),
    why: withCode(t('overview.next.missingRootWhy', { root })),
    action: t('target.machine.switch'),
    run: openEngineSwitcher,
  };
}

/** Opens the list of engines. */
export function openEngineSwitcher(): void {
  document.querySelector<HTMLElement>('[data-engine-switcher]')?.click();
}
