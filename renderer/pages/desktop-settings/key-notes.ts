import { useTranslation } from 'react-i18next';
import { useApp, useDraft } from '../../state/context.tsx';
import { names, joinSentences } from '../../i18n/lists.ts';
import { translateMessage } from '../../i18n/translate.ts';
import { findingExplanation } from '../../components/finding-text.ts';
import { atLeast } from '../../../shared/coverage/coverage.ts';
import { knownKeyAt, parsePointer, type KnownKey } from '../../../shared/settings/index.ts';
import { isObject } from './document.ts';

const keyAt = (pointer: string): KnownKey | null => {
  const path = parsePointer(pointer);
  return path.ok ? knownKeyAt(path.value) : null;
};

/**
 * What a setting is, by the schema, with the systems and versions of Docker Desktop that read it where not
 * all do.
 */
export function useKeyDescription(): (pointer: string) => string {
  const { t } = useTranslation();
  const { target } = useApp();
  const installed = target.product?.version ?? null;
  return (pointer) => {
    const key = keyAt(pointer);
    if (key === null) return '';
    const { platforms, since } = key;
    const notes = [
      ...(platforms === undefined
        ? []
        : [
            t('desktopSettings.onlyOn', {
              systems: names(
                t,
                platforms.map((one) => t(`settingsState.assist.platform.${one}`)),
              ),
            }),
          ]),
      ...(since === undefined
        ? []
        : installed === null || atLeast(installed, since.version)
          ? [t('desktopSettings.since', { version: since.version })]
          : [t('desktopSettings.sinceLater', { version: since.version, installed })]),
    ];
    return joinSentences(t, [translateMessage(key.description), ...notes]);
  };
}

/** Whether a setting is listed: Docker Desktop reads it on this system, or the file has it. */
export function useShownKeys(): (pointer: string) => boolean {
  const draft = useDraft();
  const { platform, target } = useApp();
  return (pointer) => {
    const readOn: readonly string[] | undefined = keyAt(pointer)?.platforms;
    return (
      readOn === undefined ||
      readOn.includes(target.product?.platform ?? platform) ||
      draft.value(pointer) !== undefined
    );
  };
}

/**
 * Why the file's value of a setting cannot be used, as the linter explains it; null if it can, or if there is
 * none. What is below it belongs to it: an entry's `value` and `locked`, the hosts of a list. So does what it
 * is in, if that is no object; if it is one, another key of it is missing.
 */
export function useInvalidValue(): (pointer: string) => string | null {
  const draft = useDraft();
  return (pointer) => {
    const finding = draft.findings.find(
      (one) =>
        one.code === 'wrong-type' &&
        one.severity === 'error' &&
        (`${one.pointer}/`.startsWith(`${pointer}/`) ||
          (pointer.startsWith(`${one.pointer}/`) && !isObject(draft.value(one.pointer)))),
    );
    return finding === undefined ? null : findingExplanation(finding);
  };
}
