import { message } from '../../messages/message.ts';
import { toPointer } from '../pointer.ts';
import { jsonType, typeText } from '../type-errors.ts';
import { namesIn } from '../typed-list.ts';
import { replaceNode, type Report } from './report.ts';

const names = ['proxy', 'containersProxy'] as const;

/** Both proxies: the hosts reached without them, and whether they name a proxy at all. */
export function lintProxies(report: Report): void {
  for (const proxy of names) {
    lintExclude(report, proxy);
    if (!report.ownEngine) lintManual(report, proxy);
  }
}

/** Where the addresses of the file count, and it has none. */
function lintManual(report: Report, proxy: string): void {
  if (report.value([proxy, 'mode']) !== 'manual') return;
  const isGiven = (key: string): boolean => {
    const value = report.value([proxy, key]);
    // Another type is an error of its own.
    return typeof value === 'string' ? value.trim() !== '' : value !== undefined;
  };
  if (['http', 'https', 'pac', 'embeddedPac'].some(isGiven)) return;
  report.add('proxy-without-address', 'warning', [proxy, 'mode'], message('settings.proxy-without-address'), {
    params: { key: proxy },
  });
}

/**
 * Hosts without a proxy: Docker's reference calls them a comma-separated text, its example is a list. Both
 * are taken; a list is advised.
 */
function lintExclude(report: Report, proxy: string): void {
  const path = [proxy, 'exclude'];
  const value = report.value(path);
  const node = report.node(path);
  if (value === undefined || node === undefined) return;
  if (Array.isArray(value)) {
    const wrong = value.findIndex((host) => typeof host !== 'string');
    if (wrong !== -1) wrongType(report, [...path, wrong], 'string', jsonType(value[wrong]));
  } else if (typeof value !== 'string') wrongType(report, path, 'list', jsonType(value));
  else if (value.trim() !== '' && !report.ownEngine) {
    const list = `[${namesIn(value)
      .map((host) => JSON.stringify(host))
      .join(',')}]`;
    report.add('proxy-exclude-text', 'note', path, message('settings.hosts-as-string'), {
      params: { key: path.join('.') },
      fix: { title: message('settings.convert-to-list'), edits: [replaceNode(node, list)] },
    });
  }
}

function wrongType(
  report: Report,
  path: (string | number)[],
  expected: 'string' | 'list',
  found: string,
): void {
  report.add(
    'wrong-type',
    report.ownEngine ? 'warning' : 'error',
    path,
    message('settings.value-type-mismatch', {
      pointer: toPointer(path),
      expected: typeText(expected),
      found: typeText(found),
    }),
    { params: { expected, found } },
  );
}
