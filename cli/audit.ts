import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { decisionSubject, decisionText } from '../shared/audit/decision-text.ts';
import { isProbes } from '../shared/audit/activity.ts';
import { rootPaths } from '../engine/base/root-paths.ts';
import { systemCode } from '../shared/process/system-code.ts';
import { watchDirectory } from '../engine/base/watch-directory.ts';
import type { StoredAuditEntry } from '../shared/audit/entry.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { joinMessages } from '../shared/messages/join-messages.ts';
import { message } from '../shared/messages/message.ts';
import { isRuleCode } from '../shared/rules/index.ts';
import { ruleList } from '../shared/rules/list.ts';
import { canonicalReference, parseImageReference } from '../shared/settings/image-reference.ts';
import { closestName } from '../shared/settings/lint/closest-name.ts';
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
  readonly user?: string;
  readonly container?: string;
  readonly image?: string;
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
    .option('--user <user>', helpText('cli-help.audit-user'))
    .option('--container <name>', helpText('cli-help.audit-container'))
    .option('--image <image>', helpText('cli-help.audit-image'))
    .option('--since <time>', helpText('cli-help.audit-since'))
    .option('--denied', helpText('cli-help.audit-denied'))
    .option('--probes', helpText('cli-help.audit-probes'))
    .option('--file <file>', helpText('cli-help.audit-file'))
    .action(printDecisions);
}

/** Which entries of which log are printed, and how. */
interface AuditQuery {
  readonly file: string;
  readonly filter: AuditFilter;
  /** ms since the epoch. */
  readonly since: number | null;
  readonly format: ListFormat;
}

async function queryOf(options: AuditOptions): Promise<Result<AuditQuery, AppError>> {
  const file = await logOf(options);
  if (!file.ok) return file;
  const filter = await filterOf(options);
  if (!filter.ok) return filter;
  const since = parseSince(options.since, Date.now());
  if (!since.ok) return since;
  const format = auditFormatOf(options);
  return format.ok
    ? ok({ file: file.value, filter: filter.value, since: since.value, format: format.value })
    : format;
}

async function printDecisions(options: AuditOptions): Promise<void> {
  const query = await queryOf(options);
  if (!query.ok) {
    printError(query.error, options);
    return;
  }
  const { file, filter, since, format } = query.value;
  const accessError = await access(file, constants.R_OK).then(
    () => null,
    (error: unknown) => error,
  );
  if (accessError !== null && options.follow !== true) {
    if (systemCode(accessError) !== 'ENOENT') printError(accessDenied(file, accessError), options);
    else if (options.file === undefined) printNone(options, format);
    else
      printError(fail('input.unusable', message('cli.decision-log-missing', { value: file })).error, options);
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
      file,
      (entry) => {
        if (!wanted(entry, filter, since)) return;
        if (isTable(format)) rows.push(entry);
        else process.stdout.write(`${lineOf(entry, options, format)}\n`);
      },
      options.follow === true ? { signal: stop.signal, watchDirectory } : null,
    );
    if (isTable(format)) process.stdout.write(`${renderList(rows, auditList, format)}\n`);
  } catch (error) {
    printError(readError(error, file, options), options);
  } finally {
    process.removeListener('SIGINT', end);
  }
}

const accessDenied = (file: string, cause: unknown): AppError =>
  fail('rights.not-root', message('cli.decision-log-unreadable', { value: file }), {
    cause,
    hint: message('cli.run-as-root'),
  }).error;

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

/** Which entries are listed. */
interface AuditFilter extends Pick<AuditOptions, 'rule' | 'denied' | 'probes' | 'container' | 'image'> {
  readonly uid?: number;
}

/** The filter of the options. Errors: `input.unusable` for a rule or a user that does not exist. */
async function filterOf(options: AuditOptions): Promise<Result<AuditFilter, AppError>> {
  const { rule, user } = options;
  if (rule !== undefined && !isRuleCode(rule)) {
    const codes = ruleList.map(({ code }) => code);
    const closest = closestName(rule, codes);
    return fail(
      'input.unusable',
      closest === null
        ? message('cli.rule-unknown', { rule })
        : message('cli.rule-misspelt', { rule, closest }),
      { hint: message('cli.give-rule', { rules: joinMessages('enumeration', codes.toSorted()) }) },
    );
  }
  if (user === undefined) return ok(options);
  const uid = await uidOf(user);
  return uid === null
    ? fail('input.unusable', message('cli.user-missing', { text: user }))
    : ok({ ...options, uid });
}

/** The uid of a user's name; a number is one already, and its account may be gone. */
async function uidOf(user: string): Promise<number | null> {
  if (/^\d{1,10}$/.test(user)) return Number(user);
  if (!/^[^-:\n\d][^:\n]*$/.test(user)) return null;
  const { queryUserDatabase } = await import('../gateway/base/getent.ts');
  const uid = (await queryUserDatabase('passwd', user))?.split(':')[2] ?? '';
  return /^\d+$/.test(uid) ? Number(uid) : null;
}

/** Whether an entry is listed; those caused by verifications only with `--probes`. */
export function wanted(entry: StoredAuditEntry, filter: AuditFilter, since: number | null): boolean {
  const { origin } = entry;
  if (filter.probes !== true && isProbes(entry)) return false;
  if (filter.rule !== undefined && entry.rule !== filter.rule) return false;
  if (filter.denied === true && entry.outcome !== 'deny' && entry.outcome !== 'would-deny') return false;
  if (filter.uid !== undefined && ![entry.client.uid, origin?.createdBy].includes(filter.uid)) return false;
  const { container, image } = filter;
  if (
    container !== undefined &&
    ![entry.container, entry.subject?.container, origin?.container].includes(container)
  )
    return false;
  if (
    image !== undefined &&
    ![entry.image, entry.subject?.image, origin?.image].some((one) => one != null && isSameImage(one, image))
  )
    return false;
  return since === null || Date.parse(entry.time) >= since;
}

/** Whether two references are the same image: `nginx`, `docker.io/library/nginx:latest`. */
function isSameImage(written: string, other: string): boolean {
  const [a, b] = [parseImageReference(written), parseImageReference(other)];
  return a.ok && b.ok ? canonicalReference(a.value) === canonicalReference(b.value) : written === other;
}

/** Time, caller, subject, rule and setting: one line. */
export function describeEntry(entry: StoredAuditEntry): string {
  const outcome = outcomeTexts[entry.outcome]();
  const padding = padColumns('', 10 - displayWidth(outcome));
  const origin =
    entry.origin?.kind === 'socket-mount'
      ? `container ${entry.origin.container ?? entry.origin.mount ?? '?'}` +
        (entry.origin.createdBy == null ? '' : ` (uid ${entry.origin.createdBy})`)
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
