import type { TFunction } from 'i18next';
import { translateMessage } from '../../i18n/translate.ts';
import type { FirstDesktopVersion, KnownKey } from '../../../shared/settings/index.ts';
import type { AssistLabels } from './editor-assist.ts';
import { names } from '../../i18n/lists.ts';

/** The editor's texts about keys and values, in the window's language. */
export function assistLabels(t: TFunction): AssistLabels {
  const type = (key: KnownKey) => t(`settingsState.assist.type.${key.type}`);
  const platforms = (key: KnownKey) => {
    if (key.platforms === undefined) return '';
    const list = key.platforms.map((one) => t(`settingsState.assist.platform.${one}`));
    return ` · ${t('settingsState.assist.only', { platform: names(t, list) })}`;
  };
  return {
    about: (key) => translateMessage(key.description),
    facts: (key) => [
      `${type(key)} · ${t(`settingsState.assist.readBy.${key.usedBy ?? 'both'}`)}${platforms(key)}`,
      ...(key.values === undefined
        ? []
        : [t('settingsState.assist.values', { values: names(t, key.values) })]),
      ...(key.range === undefined
        ? []
        : [t('settingsState.assist.range', { first: key.range[0], last: key.range[1] })]),
      ...(key.missing === undefined ? [] : [t('settingsState.assist.missing', { value: key.missing })]),
      ...(key.since === undefined ? [] : [since(t, key.since)]),
    ],
    suggestion: ({ about }) => (about === null ? '' : translateMessage(about)),
    kind: (kind, key) =>
      kind === 'key' && key !== undefined
        ? key.usedBy === 'desktop'
          ? t('settingsState.assist.readBy.desktop')
          : type(key)
        : kind === 'value' || kind === 'key'
          ? ''
          : t(`settingsState.assist.kind.${kind}`),
  };
}

const since = (t: TFunction, { version, wsl2 }: FirstDesktopVersion): string =>
  wsl2 === undefined
    ? t('settingsState.assist.since', { version })
    : t('settingsState.assist.sinceWsl2', { version, wsl2 });

/** CodeMirror's own texts, by their English. */
export function editorPhrases(t: TFunction): Readonly<Record<string, string>> {
  const find = (
    key:
      | 'find'
      | 'replace'
      | 'next'
      | 'previous'
      | 'all'
      | 'matchCase'
      | 'regexp'
      | 'byWord'
      | 'replaceAll'
      | 'close'
      | 'current'
      | 'onLine'
      | 'replaced'
      | 'replacedOn'
      | 'goToLine'
      | 'go',
  ) => t(`settingsState.find.${key}`);
  return {
    Find: find('find'),
    Replace: find('replace'),
    next: find('next'),
    previous: find('previous'),
    all: find('all'),
    'match case': find('matchCase'),
    regexp: find('regexp'),
    'by word': find('byWord'),
    replace: find('replace'),
    'replace all': find('replaceAll'),
    close: find('close'),
    'current match': find('current'),
    'on line': find('onLine'),
    'replaced $ matches': find('replaced'),
    'replaced match on line $': find('replacedOn'),
    'Go to line': find('goToLine'),
    go: find('go'),
    Completions: t('settingsState.assist.completions'),
    'Fold line': t('settingsState.assist.fold'),
    'Unfold line': t('settingsState.assist.unfold'),
    'folded code': t('settingsState.assist.folded'),
    unfold: t('settingsState.assist.unfold'),
    'to fold': t('settingsState.assist.fold'),
    Diagnostics: t('settingsState.assist.diagnostics'),
    'No diagnostics': t('settingsState.json.noFindings'),
  };
}
