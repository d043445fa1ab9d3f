import { message, type Message } from '../messages/message.ts';
import { deny, type Denial } from './decision.ts';

// For `docker top` the engine runs the machine's `ps`, as root and over every process, with the client's
// options. It keeps the rows whose column PID names a process of the container, and fails for a row where
// that column has no number, with its content in the error. It finds the column by the titles: with a title
// chosen by the client, or a column of several words before it, a word of some process's arguments or
// variables is used as the number. So only options are allowed with which the column of that title contains
// process ids.

/**
 * Options of one letter without an argument whose output has the column PID before all columns with several
 * words.
 */
const unixLetters = /^[AacdefFHjlLmTwy]*$/;
const bsdLetters = /^[acefHjlmrSTuvwxX]*$/;
/** `ps` parses these as BSD's if no user has this name. */
const bsdSpellings = new Set(['-aux', '-ax', '-auxw', '-auxww']);
const longOption = /^--(?:forest|cumulative|sort=[a-z_%,+-]+)$/;

/** Columns of one word in every row. */
const oneWord = new Set([
  'uid',
  'user',
  'euid',
  'euser',
  'ruid',
  'ruser',
  'gid',
  'group',
  'egid',
  'egroup',
  'rgid',
  'rgroup',
  'uname',
  'ppid',
  'pgid',
  'pgrp',
  'sid',
  'sess',
  'session',
  'tty',
  'tt',
  'tname',
  'pcpu',
  '%cpu',
  'pmem',
  '%mem',
  'vsz',
  'vsize',
  'rss',
  'rssize',
  'stat',
  's',
  'state',
  'ni',
  'nice',
  'pri',
  'c',
  'f',
  'flag',
  'flags',
  'nlwp',
  'thcount',
  'lwp',
  'tid',
  'spid',
  'time',
  'cputime',
  'etime',
  'etimes',
  'psr',
]);
const column = /^([a-z_]+|%cpu|%mem)(?::[0-9]{1,4})?$/;

/**
 * The refusal of `docker top` with options that could show data of other processes of the machine. `options`
 * as in `ps_args`.
 */
export function processListDenial(options: string): Denial | null {
  const psArguments = options.split(' ').filter((word) => word !== '');
  const columns: string[] = [];
  for (let at = 0; at < psArguments.length; at++) {
    const word = psArguments[at] ?? '';
    if (bsdSpellings.has(word) || longOption.test(word)) continue;
    const [, dash = '', before = '', list] = /^(-?)([A-Za-np-z]*)(?:o(.*))?$/s.exec(word) ?? [];
    if (!(dash === '-' ? unixLetters : bsdLetters).test(before) || (before === '' && list === undefined))
      return refused(word);
    if (list === undefined) continue;
    // The columns are the rest of the word, or the next word.
    const names = list === '' ? (psArguments[++at] ?? '') : list;
    for (const name of names.split(',')) {
      const found = column.exec(name)?.[1];
      if (found === undefined) return refused(`${word}${list === '' ? ` ${names}` : ''}`);
      columns.push(found);
    }
  }
  // Without the column the engine shows nothing.
  const ids = columns.findIndex((name) => name === 'pid' || name === 'tgid');
  const odd = columns.slice(0, Math.max(ids, 0)).find((name) => !oneWord.has(name));
  return odd === undefined
    ? null
    : refused(message('policy.option-o-before-pid', { name: odd.slice(0, 100) }));
}

const refused = (option: string | Message): Denial =>
  deny(
    'unmodelled-value',
    message('policy.docker-top-with-option', {
      option: typeof option === 'string' ? option.slice(0, 100) : option,
    }),
    {
      spec: 'A5',
      detail: message('policy.ps-reads-process-arguments'),
    },
  );
