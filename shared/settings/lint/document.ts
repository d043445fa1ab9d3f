import type { Node } from 'jsonc-parser';
import { documentKey, foldCase, knownKeys, misspeltCriticalKey, type KnownKey } from '../known-keys.ts';
import { jsonType, orList } from '../type-errors.ts';
import { isAppSetting } from '../desktop-app-settings.ts';
import { nodeAt } from '../document-tree.ts';
import type { DesktopPlatform } from '../schema/index.ts';
import { parsePointer, toPointer, type SettingsPath } from '../pointer.ts';
import { closestName } from './closest-name.ts';
import { message, type Message, plainText } from '../../messages/message.ts';
import { replaceNode, type Report } from './report.ts';
import { lintValue } from './values.ts';
import { lintVersion } from './version.ts';

/** Shape of the document: version, types, unknown and duplicated keys, keys of other targets. */
export function lintDocument(report: Report): void {
  lintVersion(report);
  const misspelt = misspeltCriticalKey(report.parsed.value)?.pointer;
  walk(report, report.parsed.tree, documentKey, [], misspelt);
  for (const duplicate of report.parsed.duplicates) {
    const parsed = parsePointer(duplicate.pointer);
    // If the engine reads the key, duplicates make the policy ambiguous and it is refused; otherwise that
    // does not concern the engine.
    const critical = parsed.ok && isCritical(parsed.value, report);
    report.addAt(
      'duplicate-key',
      critical ? 'error' : 'warning',
      duplicate.pointer,
      duplicate,
      message('settings.duplicate-key', {
        key: duplicate.key,
        line: report.parsed.lines.at(duplicate.firstOffset).line,
      }),
      {
        params: { key: duplicate.key, firstLine: String(report.parsed.lines.at(duplicate.firstOffset).line) },
      },
    );
  }
}

function walk(
  report: Report,
  node: Node,
  key: KnownKey,
  path: SettingsPath,
  misspelt: string | undefined,
): void {
  if (key.type === 'any') return;
  const found = node.type === 'array' ? 'list' : node.type;
  if (found !== key.type) {
    wrongType(report, node, path, key, {
      value: found,
      text: typeText(found === 'property' ? 'object' : found),
    });
    return;
  }
  if (key.values !== undefined && typeof node.value === 'string' && !key.values.includes(node.value)) {
    const value = JSON.stringify(node.value);
    wrongType(report, node, path, key, { value, text: value });
    return;
  }
  lintValue(report, node, path, key);
  if (key.content === 'json' && typeof node.value === 'string') lintEmbedded(report, path, node.value);
  if (node.type === 'array' && key.items !== undefined) {
    const items = key.items;
    node.children?.forEach((child, index) => {
      walk(report, child, inherit(items, key), [...path, index], misspelt);
    });
  }
  if (node.type === 'object') walkObject(report, node, key, path, misspelt);
}

function walkObject(
  report: Report,
  node: Node,
  key: KnownKey,
  path: SettingsPath,
  misspelt: string | undefined,
): void {
  for (const property of node.children ?? []) {
    const [name, value] = property.children ?? [];
    if (name === undefined || value === undefined) continue;
    const text = String(name.value);
    const at = [...path, text];
    const known = key.keys !== undefined && Object.hasOwn(key.keys, text) ? key.keys[text] : undefined;
    if (known === undefined) {
      unknownKey(report, name, key, at, misspelt);
      continue;
    }
    const full = inherit(known, key);
    if (path.length === 0) usedHere(report, name, full, at);
    // Where it is declared: its members would only repeat it.
    if (!report.ownEngine && known.platforms !== undefined) readElsewhere(report, name, known.platforms, at);
    walk(report, value, full, at, misspelt);
  }
  for (const [name, member] of Object.entries(key.keys ?? {})) {
    if (member.required === true && nodeAt(node, [name]) === undefined)
      report.addAt(
        'wrong-type',
        'error',
        pointerText(path),
        node,
        message('settings.key-missing', { name }),
        {
          params: { key: name, expected: member.type, found: 'nothing' },
        },
      );
  }
}

function inherit(key: KnownKey, parent: KnownKey): KnownKey {
  const usedBy = key.usedBy ?? parent.usedBy;
  return usedBy === undefined ? key : { ...key, usedBy };
}

/** A type of JSON as named in a sentence: "true or false", "a string". */
const typeText = (type: Exclude<KnownKey['type'], 'any'> | 'null' | 'integer'): Message =>
  message(`settings.type-${type}`);

/** The actual value: for programs, and as named in a sentence. */
interface FoundValue {
  readonly value: string;
  readonly text: Message | string;
}

/** The JSON that a string was probably meant to be; null if that is not clear. */
function fixedValue(value: unknown, key: KnownKey): string | null {
  if (typeof value !== 'string') return null;
  const closest = key.values === undefined ? null : closestName(value, key.values);
  if (closest !== null) return JSON.stringify(closest);
  if (key.type === 'boolean') return value === 'true' || value === 'false' ? value : null;
  return key.type === 'number' && /^-?\d{1,9}$/.test(value) ? String(Number(value)) : null;
}

function wrongType(report: Report, node: Node, path: SettingsPath, key: KnownKey, found: FoundValue): void {
  const alternatives =
    key.values === undefined ? null : orList(key.values.map((value) => JSON.stringify(value)));
  // The gateway does not read Docker Desktop's keys, and vice versa: there a wrong value does no harm.
  const read = isReadBy(report, key);
  // The strings that Docker Desktop accepts depend on its version: a value unknown here may be valid.
  const severity =
    read && !(key.values !== undefined && key.usedBy === 'desktop' && node.type === 'string')
      ? 'error'
      : 'warning';
  const fixed = fixedValue(node.value, key);
  const type = key.range === undefined ? key.type : 'integer';
  const expected = alternatives ?? (type === 'any' ? '' : typeText(type));
  report.add(
    'wrong-type',
    severity,
    path,
    message('settings.value-type-mismatch', { pointer: toPointer(path), expected, found: found.text }),
    {
      params: { expected: alternatives === null ? type : plainText(alternatives), found: found.value },
      ...(fixed === null
        ? {}
        : {
            fix: {
              title: message('settings.change-it-to', { value: fixed }),
              edits: [replaceNode(node, fixed)],
            },
          }),
    },
  );
}

function unknownKey(
  report: Report,
  name: Node,
  parent: KnownKey,
  path: SettingsPath,
  misspelt: string | undefined,
): void {
  const written = String(name.value);
  if (path.length === 1 && isAppSetting(written)) {
    if (report.ownEngine) onlyForDesktop(report, name, path);
    else undocumentedKey(report, name, path);
    return;
  }
  const names = Object.keys(parent.keys ?? {});
  const closest =
    report.suggestionsLeft-- > 0 || pointerText(path) === misspelt
      ? (names.find((known) => foldCase(known) === foldCase(written)) ?? closestName(written, names))
      : null;
  const pointer = pointerText(path);
  // It may be the name of any setting of the app.
  if (closest === null && path.length === 1 && !report.ownEngine) {
    undocumentedKey(report, name, path);
    return;
  }
  const taken = closest !== null && nodeAt(report.parsed.tree, [...path.slice(0, -1), closest]) !== undefined;
  const fix =
    closest === null || taken
      ? undefined
      : {
          title: message('settings.rename-it-to', { closest }),
          edits: [replaceNode(name, JSON.stringify(closest))],
        };
  const text =
    closest === null
      ? message('settings.key-unknown', { written })
      : message('settings.key-misspelt', { written, closest });
  report.addAt(
    'unknown-key',
    pointer === misspelt ? 'error' : closest === null ? 'note' : 'warning',
    pointer,
    name,
    text,
    {
      params: { key: written, ...(closest === null ? {} : { suggestion: closest }) },
      ...(fix === undefined ? {} : { fix }),
    },
  );
}

/** A key that Docker does not document, but that Docker Desktop may take as the name of a setting. */
function undocumentedKey(report: Report, name: Node, path: SettingsPath): void {
  const written = String(name.value);
  report.addAt(
    'key-undocumented',
    'note',
    pointerText(path),
    name,
    message(isAppSetting(written) ? 'settings.key-undocumented' : 'settings.key-undocumented-or-unknown', {
      written,
    }),
    { params: { key: written } },
  );
}

function onlyForDesktop(report: Report, name: Node, path: SettingsPath): void {
  const written = String(name.value);
  report.addAt(
    'key-not-used-here',
    'note',
    pointerText(path),
    name,
    message('settings.key-of-desktop-only', { written }),
    { params: { key: written } },
  );
}

function usedHere(report: Report, name: Node, key: KnownKey, path: SettingsPath): void {
  const written = String(name.value);
  if (report.ownEngine && key.usedBy === 'desktop') {
    onlyForDesktop(report, name, path);
  } else if (!report.ownEngine && key.usedBy === 'engine') {
    report.addAt(
      'bulkhead-on-desktop',
      'warning',
      pointerText(path),
      name,
      message('settings.key-unknown-to-desktop', { written }),
      { params: { key: written } },
    );
  }
}

const platformNames = { darwin: 'macOS', win32: 'Windows', linux: 'Linux' } as const;

/** A key that Docker Desktop reads on other operating systems only. */
function readElsewhere(
  report: Report,
  name: Node,
  platforms: readonly DesktopPlatform[],
  path: SettingsPath,
): void {
  if (platforms.some((platform) => platform === report.context.platform)) return;
  const written = String(name.value);
  const systems = orList(platforms.map((platform) => platformNames[platform]));
  report.addAt(
    'key-not-used-here',
    'note',
    pointerText(path),
    name,
    message('settings.key-of-other-system', { written, systems }),
    { params: { key: written, platform: platforms.join(' ') } },
  );
}

function lintEmbedded(report: Report, path: SettingsPath, text: string): void {
  if (text.trim() === '') return;
  let problem: string | Message;
  try {
    const value: unknown = JSON.parse(text);
    if (jsonType(value) === 'object') return;
    problem = message('settings.not-an-object', { type: jsonType(value) });
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  // Docker Desktop passes it to the engine, which then does not start; a guarded engine never reads it.
  report.add(
    'embedded-json-invalid',
    report.ownEngine ? 'warning' : 'error',
    path,
    message('settings.embedded-json-invalid', { problem }),
    { params: { problem: plainText(problem) } },
  );
}

function isCritical(path: SettingsPath, report: Report): boolean {
  const top = path[0];
  const key = typeof top === 'string' && Object.hasOwn(knownKeys, top) ? knownKeys[top] : undefined;
  return key !== undefined && isReadBy(report, key);
}

/** Whether the target reads the key. */
const isReadBy = (report: Report, { usedBy }: KnownKey): boolean =>
  usedBy !== 'editor' && usedBy !== (report.ownEngine ? 'desktop' : 'engine');

const pointerText = (path: SettingsPath): string =>
  path.map((s) => '/' + String(s).replaceAll('~', '~0').replaceAll('/', '~1')).join('');
