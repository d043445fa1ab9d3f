import { message } from '../../messages/message.ts';
import { jsonType, typeText } from '../type-errors.ts';
import { namesIn } from '../typed-list.ts';
import { replaceNode, type Report } from './report.ts';

/**
 * Hosts without a proxy: Docker's reference calls them a comma-separated text, its example is a list. Both
 * are taken; a list is advised.
 */
export function lintProxies(report: Report): void {
  for (const proxy of ['proxy', 'containersProxy']) {
    const path = [proxy, 'exclude'];
    const value = report.value(path);
    const node = report.node(path);
    if (value === undefined || node === undefined) continue;
    if (Array.isArray(value)) {
      const wrong = value.findIndex((host) => typeof host !== 'string');
      if (wrong !== -1) wrongType(report, [...path, wrong], 'string', jsonType(value[wrong]));
    } else if (typeof value !== 'string') wrongType(report, path, 'list', jsonType(value));
    else if (value.trim() !== '' && !report.ownEngine) {
      const list = `[${namesIn(value)
        .map((host) => JSON.stringify(host))
        .join(',')}]`;
      report.add('proxy-exclude-text', 'note', path, message('settings.hosts-are-better-listed'), {
        params: { key: path.join('.') },
        fix: { title: message('settings.make-it-list'), edits: [replaceNode(node, list)] },
      });
    }
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
    message('settings.this-must-be-and-is', { expected: typeText(expected), found: typeText(found) }),
    { params: { expected, found } },
  );
}
