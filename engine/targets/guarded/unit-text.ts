import path from 'node:path';

/** Text of systemd's unit files. */

export const unitDirectory = '/etc/systemd/system';
export const unitFile = (name: string): string => path.join(unitDirectory, name);

/** A value in the syntax of Environment=: quoted, with specifiers escaped. */
export const quote = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%')}"`;

/** ExecStart= expands variables, too. */
export const commandLine = (...args: string[]): string =>
  args.map((arg) => quote(arg).replaceAll('$', '$$$$')).join(' ');
