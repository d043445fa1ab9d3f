import { shellWord } from '../process/shell-word.ts';
import type { StoredAuditEntry } from './entry.ts';

/**
 * A `docker run` with the part of a request that the rule is about; null if the entry lacks the information.
 * The log never contains whole requests.
 */
export function commandOf(entry: StoredAuditEntry): string | null {
  if (!/^(?:\/v[\d.]+)?\/containers\/create(?:\?|$)/.test(entry.target)) return null;
  const image = entry.image ?? entry.subject?.image ?? '';
  if (image === '') return null;
  const option = optionOf(entry);
  return option === null ? null : `docker run ${option} ${shellWord(image)}`;
}

function optionOf(entry: StoredAuditEntry): string | null {
  switch (entry.rule) {
    case 'socket-mount':
      return '-v /var/run/docker.sock:/var/run/docker.sock';
    case 'bind-not-shared':
      return entry.subject?.path === undefined
        ? null
        : `-v ${shellWord(`${entry.subject.path}:${entry.subject.path}`)}`;
    case 'runtime-forced':
      return '--runtime=runc';
    case 'userns-ignored':
      return '--userns=host';
    // Named as on the command line: `--pid=host`, `--device /dev/kmsg`.
    default: {
      const option = /^--[a-z-]+(?:[= ].*)?$/.exec(entry.what ?? '')?.[0];
      if (option === undefined) return null;
      const [, flag = '', separator = '', value = ''] = /^(--[a-z-]+)([= ]?)(.*)$/s.exec(option) ?? [];
      return value === '' ? flag : `${flag}${separator}${shellWord(value.replace(/^"(.*)"$/, '$1'))}`;
    }
  }
}
