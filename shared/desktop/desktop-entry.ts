import { chinese, english } from '../messages/desktop/entry.ts';

/**
 * File name of the app's desktop entry, named after its package; by it the desktop identifies the app's
 * windows and notifications.
 */
export const desktopEntryName = 'bulkhead-desktop.desktop';
/** Name of the app's icon in an icon theme. */
export const desktopIconName = 'bulkhead-desktop';

/**
 * The app in a desktop's menu, and as the handler of bulkhead:// links: `%u` is replaced by the link.
 * `command` starts the app; a program without a path is looked up in PATH.
 */
export function menuEntry(command: readonly string[]): string {
  return entry([
    `GenericName=${english.genericName}`,
    `GenericName[zh_CN]=${chinese.genericName}`,
    `Comment=${english.comment}`,
    `Comment[zh_CN]=${chinese.comment}`,
    `Exec=${execLine(command)} %u`,
    `Icon=${desktopIconName}`,
    'Terminal=false',
    'StartupNotify=true',
    'StartupWMClass=Bulkhead',
    'Categories=System;Security;',
    `Keywords=${listValue(english.keywords)}`,
    `Keywords[zh_CN]=${listValue(chinese.keywords)}`,
    'MimeType=x-scheme-handler/bulkhead;',
  ]);
}

/** The app as an autostart entry of a desktop session. */
export function autostartEntry(command: readonly string[]): string {
  return entry([
    `Comment=${english.genericName}`,
    `Comment[zh_CN]=${chinese.genericName}`,
    `Exec=${execLine(command)}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
  ]);
}

const entry = (lines: readonly string[]): string =>
  `${['[Desktop Entry]', 'Type=Application', 'Version=1.5', 'Name=Bulkhead', ...lines].join('\n')}\n`;

/** Several values of one key: each one ends in a semicolon. */
const listValue = (values: readonly string[]): string => values.map((value) => `${value};`).join('');

/** A command as the Exec line of a desktop entry. */
const execLine = (command: readonly string[]): string => command.map(quoted).join(' ');

/**
 * One argument of an Exec line: quoted by the rules of the Desktop Entry specification (" ` $ and \ preceded
 * by a backslash), then that backslash doubled as in every string of the file, and % doubled, since it begins
 * a field code.
 */
function quoted(argument: string): string {
  return `"${argument
    .replaceAll(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;
}
