import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { decisionSubject, decisionText } from '../shared/audit/decision-text.ts';
import { isProbes } from '../shared/audit/activity.ts';
import { rootPaths } from '../engine/base/root-paths.ts';
import { systemCode } from '../engine/base/system-code.ts';
import { watchDirectory } from '../engine/base/watch-directory.ts';
import type { StoredAuditEntry } from '../shared/audit/entry.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { message } from '../shared/messages/message.ts';
import { auditList, outcomeTexts, outcomeTones } from './audit-list.ts';
import { displayWidth, padColumns } from './columns.ts';
import { printable, printError, resolveRoot, withJson, withRoot } from './output.ts';
import { text, translateSentence } from './text.ts';
import { helpText } from './help.ts';
import { requireEngineAt } from './require-engine.ts';
import { listFormatOf, renderList } from './list.ts';
import { withFormat } from './list-options.ts';
import type { ListFormat } from './list-format.ts';
import { styled } from './style.ts';

interface AuditOptions {
  readonly root?: string;
  readonly json?: boolean;
  readonly follow?: boolean;
  readonly rule?: string;
  readonly since?: string;
  readonly denied?: boolean;
  readonly probes?: boolean;
  readonly file?: string;
  readonly format?: string;
}

/**
 * `bulkhead audit`: the gateway's decisions, one per line; with --json the unchanged entries, one JSON
 * document per line. Ends on Ctrl C, with --follow only then.
 */
export function configureAudit(command: Command): void {
  withFormat(withJson(withRoot(command)), String.raw`{{.Time}}\t{{.Rule}}`)
    .option('--follow', helpText('cli-help.audit-follow'))
    .option('--rule <rule>', helpText('cli-help.audit-rule'))
    .option('--since <time>', helpText('cli-help.audit-since'))
    .option('--denied', helpText('cli-help.audit-denied'))
    .option('--probes', helpText('cli-help.audit-probes'))
    .option('--file <file>', helpText('cli-help.audit-file'))
    .action(async (options: AuditOptions) => {
      const file = await logOf(options);
      if (!file.ok) {
        printError(file.error, options);
        return;
      }
      const since = parseSince(options.since, Date.now());
      if (!since.ok) {
        printError(since.error, options);
        return;
      }
      const format = auditFormatOf(options);
      if (!format.ok) {
        printError(format.error, options);
        return;
      }
      const there = await access(file.value, constants.R_OK).then(
        () => null,
        (error: unknown) => error,
      );
      if (there !== null && options.follow !== true) {
        if (systemCode(there) !== 'ENOENT')
          printError(
            fail('rights.not-root', message('cli.decision-log-unreadable', { value: file.value }), {
              cause: there,
              hint: message('cli.run-as-root'),
            }).error,
            options,
          );
        else if (options.file === undefined) printNone(options, format.value);
        else
          printError(
            fail('input.unusable', message('cli.decision-log-missing', { value: file.value })).error,
            options,
          );
        return;
      }
      const stop = new AbortController();
      const end = () => {
        stop.abort();
      };
      process.once('SIGINT', end);
      const { readDecisionLog } = await import('../gateway/audit/read-log.ts');
      const rows: StoredAuditEntry[] = [];
      try {
        await readDecisionLog(
          file.value,
          (entry) => {
            if (!wanted(entry, options, since.value)) return;
            if (isTable(format.value)) rows.push(entry);
            else process.stdout.write(`${lineOf(entry, options, format.value)}\n`);
          },
          options.follow === true ? { signal: stop.signal, watchDirectory } : null,
        );
        if (isTable(format.value)) process.stdout.write(`${renderList(rows, auditList, format.value)}\n`);
      } catch (error) {
        printError(readError(error, file.value, options), options);
      } finally {
        process.removeListener('SIGINT', end);
      }
    });
}

/** The error of a log that could not be read or followed. */
function readError(error: unknown, value: string, { follow }: AuditOptions): AppError {
  const what =
    follow === true
      ? message('cli.decision-log-not-followed', { value })
      : message('cli.decision-log-unreadable', { value });
  return fail('input.unusable', what, {
    ...(systemCode(error) === 'EISDIR' ? { reason: message('engine.is-directory') } : { cause: error }),
    ...(systemCode(error) === 'EACCES' ? { hint: message('cli.run-as-root') } : {}),
  }).error;
}

const isTable = ({ kind }: ListFormat): boolean => kind === 'table' || kind === 'columns';

/** The requested format; a table together with --follow is `input.unusable`. */
function auditFormatOf(options: AuditOptions): Result<ListFormat, AppError> {
  const format = listFormatOf(auditList, options);
  return format.ok && isTable(format.value) && options.follow === true
    ? fail('input.unusable', message('cli-list.format-table-follows'), {
        hint: message('cli-list.format-without-table'),
      })
    : format;
}

function lineOf(entry: StoredAuditEntry, { json }: AuditOptions, format: ListFormat): string {
  if (json === true) return JSON.stringify(entry);
  return format.kind === 'default' ? describeEntry(entry) : renderList([entry], auditList, format);
}

/** An engine that has logged no decision: as if its log were empty. */
function printNone({ json }: AuditOptions, format: ListFormat): void {
  if (isTable(format)) process.stdout.write(`${renderList([], auditList, format)}\n`);
  else if (json !== true && format.kind === 'default')
    process.stdout.write(`${text('cli-output.no-decisions')}\n`);
}

/** The given log, else that of the selected engine; `engine.root-invalid` if there is no engine. */
async function logOf(options: AuditOptions): Promise<Result<string, AppError>> {
  // An empty name would be that of the working directory.
  if (options.file?.trim() === '')
    return fail('input.unusable', message('cli.decision-log-missing', { value: '""' }));
  if (options.file !== undefined) return ok(path.resolve(options.file));
  const root = resolveRoot(options);
  if (!root.ok) return root;
  const present = await requireEngineAt(rootPaths(root.value));
  return present.ok ? ok(path.join(root.value, 'audit.jsonl')) : present;
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `--since` as ms since the epoch; null without. */
export function parseSince(given: string | undefined, now: number): Result<number | null, AppError> {
  if (given === undefined) return ok(null);
  const ago = /^(\d{1,9})([smhd])$/.exec(given);
  if (ago !== null) return ok(now - Number(ago[1]) * (units[ago[2] ?? 's'] ?? 1000));
  const time = /^\d{4}-\d\d-\d\d/.test(given) ? Date.parse(given) : NaN;
  return Number.isNaN(time)
    ? fail('input.unusable', message('cli.since-invalid'), {
        reason: message('cli.value-given', { text: given }),
        hint: message('cli.since-examples'),
      })
    : ok(time);
}

/** Whether an entry is listed; those caused by verifications only with `--probes`. */
export function wanted(
  entry: StoredAuditEntry,
  options: Pick<AuditOptions, 'rule' | 'denied' | 'probes'>,
  since: number | null,
): boolean {
  if (options.probes !== true && isProbes(entry)) return false;
  if (options.rule !== undefined && entry.rule !== options.rule) return false;
  if (options.denied === true && entry.outcome !== 'deny' && entry.outcome !== 'would-deny') return false;
  return since === null || Date.parse(entry.time) >= since;
}

/** Time, caller, subject, rule and setting: one line. */
export function describeEntry(entry: StoredAuditEntry): string {
  const outcome = outcomeTexts[entry.outcome]();
  const padding = padColumns('', 10 - displayWidth(outcome));
  const origin =
    entry.origin?.kind === 'socket-mount'
      ? `container ${entry.origin.container ?? entry.origin.mount ?? '?'}`
      : `uid ${entry.client.uid ?? '?'} pid ${entry.client.pid ?? '?'}`;
  const about = [entry.container, entry.image].filter((one) => one !== undefined && one !== '').join(' ');
  // Every change of a rewrite is a sentence of its own.
  const what =
    entry.outcome === 'rewrite'
      ? decisionText(entry, translateSentence)
      : (decisionSubject(entry, translateSentence) ?? entry.message);
  const rule = [entry.rule, entry.spec ?? ''].filter((part) => part !== '').join(' ');
  const line =
    `${padding}  ${origin}${about === '' ? '' : `  ${about}`}  ${what}  ` +
    `[${rule}]${entry.setting === null ? '' : `  ${entry.setting}`}`;
  return `${printable(entry.time)}  ${styled(outcomeTones[entry.outcome], outcome)}${printable(line)}`;
}
