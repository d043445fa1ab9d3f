import type { Node } from 'jsonc-parser';
import { message } from '../../messages/message.ts';
import type { KnownKey } from '../known-keys.ts';
import { toPointer, type SettingsPath } from '../pointer.ts';
import { isUsableText, mendedText, textContent } from '../text-content.ts';
import { typeText } from '../type-errors.ts';
import { replaceNode, type Report } from './report.ts';

/** Values of the right type in which Docker Desktop sees nothing: only where it reads them. */
export function lintValue(report: Report, node: Node, path: SettingsPath, key: KnownKey): void {
  if (typeof node.value === 'string') lintText(report, node, path, key, node.value);
  else if (typeof node.value === 'number') lintNumber(report, node, path, key, node.value);
}

function lintText(report: Report, node: Node, path: SettingsPath, key: KnownKey, text: string): void {
  const content = textContent(key.content);
  if (content === null || report.ownEngine || isUsableText(content, text)) return;
  const mended = mendedText(content, text);
  // The text itself is not repeated: it may hold the password of a proxy.
  report.add('value-unusable', 'warning', path, message(`settings.text-${content}`), {
    params: { key: keyOf(path) },
    ...(mended === null ? {} : { fix: changeTo(node, JSON.stringify(mended)) }),
  });
}

function lintNumber(report: Report, node: Node, path: SettingsPath, key: KnownKey, value: number): void {
  if (key.range === undefined) return;
  const [first, last] = key.range;
  const written = report.parsed.text.slice(node.offset, node.offset + node.length);
  // Docker Desktop does not read "1.0" and "1e3" as whole numbers either, and then nothing of the file.
  if (!/^-?\d+$/.test(written) || !Number.isSafeInteger(value)) {
    report.add(
      'wrong-type',
      report.ownEngine ? 'warning' : 'error',
      path,
      message('settings.value-type-mismatch', {
        pointer: toPointer(path),
        expected: typeText('integer'),
        found: written,
      }),
      {
        params: { expected: 'integer', found: written },
        ...(Number.isSafeInteger(value) ? { fix: changeTo(node, String(value)) } : {}),
      },
    );
  } else if (!report.ownEngine && (value < first || value > last)) {
    report.add(
      'value-unusable',
      'warning',
      path,
      message('settings.number-out-of-range', { first, last, found: written }),
      { params: { key: keyOf(path) } },
    );
  }
}

/** The key as users know it: `linuxVM.vpnkitCIDR`, without the `value` of its entry. */
const keyOf = (path: SettingsPath): string => (path.at(-1) === 'value' ? path.slice(0, -1) : path).join('.');

const changeTo = (node: Node, text: string) => ({
  title: message('settings.change-it-to', { value: text }),
  edits: [replaceNode(node, text)],
});
