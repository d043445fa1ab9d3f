import type { TFunction } from 'i18next';
import type { RecreateNote } from '../../../shared/containers/recreate.ts';
import type { PageId } from '../../app/router.ts';

/** Bytes in one unit: "12.3 MB". */
export function sizeText(bytes: number): string {
  for (const [unit, size] of [['GB', 1e9], ['MB', 1e6], ['kB', 1e3]] as const) if (bytes >= size) return `${(bytes / size).toFixed(1)} ${unit}`;
  return `${bytes} B`;
}

/** A note of a plan in the window's language; code between backticks. */
export function noteWords(t: TFunction, { code, params }: RecreateNote): string {
  const value = (key: string): string => { const found = params[key]; return Array.isArray(found) ? found.join(', ') : String(found ?? ''); };
  switch (code) {
    case 'writable-layer': return t('recreate.note.writable-layer', { size: sizeText(Number(params['bytes'] ?? 0)), count: Number(params['paths'] ?? 0) });
    case 'execs': return t('recreate.note.execs', { count: Number(params['count'] ?? 0) });
    case 'image': return t('recreate.note.image', { before: value('before'), after: value('after').replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1…') });
    default: return t(`recreate.note.${code}`, { before: value('before'), after: value('after'), destination: value('destination'), names: value('names'), name: value('name'), project: value('project'), option: value('option'), state: value('state'), image: value('image'), sources: value('sources'), user: value('user') });
  }
}

/** The page with the setting that a refusal of the gateway names, if it names one. */
export function pageOfSetting(reason: string | undefined): Extract<PageId, 'file-sharing' | 'docker-socket'> | null {
  if (reason === undefined) return null;
  if (reason.includes('filesharingAllowedDirectories')) return 'file-sharing';
  return reason.includes('dockerSocketMount') ? 'docker-socket' : null;
}
