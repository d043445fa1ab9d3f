import { fstatSync } from 'node:fs';

/** Priorities of syslog(3), as the journal parses them from the start of a line (sd-daemon(3)). */
const priorities = { error: 3, warning: 4, info: 6 } as const;
export type LogPriority = keyof typeof priorities;

/**
 * Whether a descriptor is connected to systemd's journal: JOURNAL_STREAM contains its device and inode. The
 * variable alone is not sufficient: it is inherited by programs whose output goes elsewhere.
 */
export function isJournal(fd: number, env: NodeJS.ProcessEnv): boolean {
  const journal = env['JOURNAL_STREAM'];
  if (journal === undefined) return false;
  const { dev, ino } = fstatSync(fd);
  return journal === `${dev}:${ino}`;
}

/** A text in the journal's format: each line with its priority. */
export const journalLines = (priority: LogPriority, text: string): string =>
  text
    .split('\n')
    .map((line) => `<${priorities[priority]}>${line}`)
    .join('\n');

export type ServiceLog = (line: string, priority?: LogPriority) => void;

/**
 * Writes lines of a service to standard error: with their priority to the journal, otherwise prefixed by
 * `elsewhere`.
 */
export function serviceLog(elsewhere: (line: string) => string): ServiceLog {
  const toJournal = isJournal(2, process.env);
  return (line, priority = 'warning') => {
    process.stderr.write(`${toJournal ? journalLines(priority, line) : elsewhere(line)}\n`);
  };
}
