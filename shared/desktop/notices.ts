import { isProbes } from '../audit/activity.ts';
import type { StoredAuditEntry } from '../audit/entry.ts';
import type { ContainerScan } from '../containers/protection.ts';
import type { EngineStatus } from '../engine-status/status.ts';
import { translateError } from '../messages/error-message.ts';
import type { Translate } from '../messages/translator.ts';
import type { AppError } from '../result.ts';
import type { Enforcement, gapOf } from '../enforcement/enforcement.ts';
import type { ProtectionState } from '../verify/claims.ts';
import type { DeepLink } from './deep-link.ts';
import type { DesktopLabels } from './labels.ts';

/** The kinds of notification that can be turned off individually. */
export type NoticeKind = 'denied' | 'unprotected' | 'protection';

export interface Notice {
  readonly kind: NoticeKind;
  readonly title: string;
  readonly body: string;
  readonly place: DeepLink;
}

/** The facts about one engine that notifications depend on. */
export interface EngineFacts {
  readonly phase: EngineStatus['phase'];
  /** The engine has failed, as opposed to a requested stop. */
  readonly broken: boolean;
  readonly protection: ProtectionState;
  /** `nothing` also while a gateway does not respond: clients can't reach the engine then. */
  readonly enforcedBy: Enforcement['by'];
  /** Why no verification counts, if that is known. */
  readonly gap: ReturnType<typeof gapOf>;
  readonly scan: ContainerScan | null;
  /** An apply, a recreation, or a start or stop that was requested here: changes meanwhile are expected. */
  readonly expected: boolean;
}

export interface NoticeOptions {
  readonly labels: () => DesktopLabels;
  readonly isEnabled: (kind: NoticeKind) => boolean;
  /** The window is in front and shows all this anyway. */
  readonly inFront: () => boolean;
  readonly show: (notice: Notice) => void;
  /**
   * At most one notification of a kind in this time; further ones are combined into one with counts at its
   * end.
   */
  readonly quietMs?: number;
  readonly schedule?: (act: () => void, ms: number) => { cancel(): void };
}

export interface Notices {
  /**
   * New entries of the decision log. `omitted`: the number of further entries that were left out of a large
   * batch.
   */
  decided(entries: readonly StoredAuditEntry[], omitted?: number): void;
  /** The current state of the engine; the first call after `reset` only sets the baseline. */
  engine(facts: EngineFacts): void;
  /** Another engine was opened: drops pending notices and the previous baseline. */
  reset(): void;
}

const defaultQuietMs = 30_000;
/** Denials retained for one grouped notification; beyond that only their number counts. */
const maxGrouped = 200;

const byTimer = (act: () => void, ms: number) => {
  const timer = setTimeout(act, ms);
  return {
    cancel: () => {
      clearTimeout(timer);
    },
  };
};

/**
 * Decides what causes a notification, groups notices and limits their rate: at most one of a kind per
 * `quietMs`.
 */
export function createNotices({
  labels,
  isEnabled,
  inFront,
  show,
  quietMs = defaultQuietMs,
  schedule = byTimer,
}: NoticeOptions): Notices {
  const denied = groupByPeriod<StoredAuditEntry>(quietMs, schedule, (entries, count) => {
    notify('denied', () => deniedNotice(labels(), entries, count));
  });
  const unprotected = groupByPeriod<string>(quietMs, schedule, (names, count) => {
    notify('unprotected', () => unprotectedNotice(labels(), names, count));
  });
  // An engine that flaps is notified once: a second notification would be outdated already.
  let quiet: { cancel(): void } | undefined;
  const notifyProtection = (notice: () => Omit<Notice, 'kind'>) => {
    if (quiet !== undefined) return;
    quiet = schedule(() => {
      quiet = undefined;
      notifyLoss();
    }, quietMs);
    notify('protection', notice);
  };
  /** Unless something was notified shortly before: then what is still lost is, at the end of that time. */
  const notifyLoss = () => {
    if (before === null || !isEnforcing(before) || before.expected) return;
    const texts = lastProtection === null ? null : lossTexts(labels(), lastProtection, before);
    if (texts !== null && quiet !== undefined) return;
    lastProtection = before.protection;
    if (texts !== null) notifyProtection(() => ({ ...texts, place: { page: 'overview', params: {} } }));
  };
  let before: EngineFacts | null = null;
  /**
   * The protection when the engine was ready last, or before a loss that is still to be notified; null after
   * an expected change, which causes no notification.
   */
  let lastProtection: ProtectionState | null = null;
  let known: ReadonlySet<string> | null = null;

  function notify(kind: NoticeKind, notice: () => Omit<Notice, 'kind'>): void {
    if (isEnabled(kind) && !inFront()) show({ kind, ...notice() });
  }

  return {
    decided(entries, omitted = 0) {
      const refused = entries.filter((entry) => entry.outcome === 'deny' && !isProbes(entry));
      // Entries that were left out of a batch are of the same kind as the retained ones.
      const more = refused.length === 0 ? 0 : Math.round((omitted * refused.length) / entries.length);
      refused.forEach((entry, index) => {
        denied.add(entry, index === refused.length - 1 ? 1 + more : 1);
      });
    },
    engine(facts) {
      const { scan } = facts;
      if (scan !== null && scan !== before?.scan) {
        const open = scan.eci
          ? scan.containers.filter((container) => !container.protected && container.reason !== 'unknown')
          : [];
        // One that could not be inspected may be gone already: the next scan shows it. Without ECI nothing is
        // protected, which is not reported; the containers of the first scan, or of turning ECI on, were
        // chosen in the apply.
        if (known !== null && before?.scan?.eci === true && !facts.expected)
          for (const container of open) if (!known.has(container.id)) unprotected.add(container.name);
        known = new Set(open.map((container) => container.id));
      }
      const engineLost =
        before?.expected === false &&
        before.phase === 'ready' &&
        (facts.phase === 'failed' || (facts.phase === 'stopped' && facts.broken));
      before = facts;
      if (facts.expected) lastProtection = null;
      else if (engineLost)
        notifyProtection(() => ({
          title: labels().engineStopped.title,
          body: labels().engineStopped.body,
          place: { page: 'overview', params: {} },
        }));
      else notifyLoss();
    },
    reset() {
      denied.reset();
      unprotected.reset();
      quiet?.cancel();
      quiet = undefined;
      before = null;
      lastProtection = null;
      known = null;
    },
  };
}

const isEnforcing = ({ phase, enforcedBy }: EngineFacts): boolean =>
  phase === 'ready' && enforcedBy !== 'nothing';

/** The texts about protection that the engine had before and has no more; null if there is nothing to say. */
function lossTexts(
  labels: DesktopLabels,
  from: ProtectionState,
  { protection: to, gap }: EngineFacts,
): DesktopLabels['notVerified'] | null {
  const wasOn = from === 'protected' || from === 'unverified';
  if (to === 'off' || to === 'audit') return wasOn ? labels.lost[to] : null;
  if (to !== 'unverified' || from !== 'protected') return null;
  return gap === null ? labels.notVerified : labels.gap[gap];
}

/**
 * Delivers the first item at once; collects those that arrive within `quietMs` of it and delivers them
 * together at the end of that period, and so on.
 */
function groupByPeriod<T>(
  quietMs: number,
  schedule: (act: () => void, ms: number) => { cancel(): void },
  deliver: (items: readonly T[], count: number) => void,
) {
  let waiting: T[] = [];
  let count = 0;
  let timer: { cancel(): void } | undefined;
  const pause = () => {
    timer = schedule(end, quietMs);
  };
  function end(): void {
    timer = undefined;
    if (count === 0) return;
    const [items, number] = [waiting, count];
    [waiting, count] = [[], 0];
    pause();
    deliver(items, number);
  }
  return {
    add(item: T, times = 1): void {
      count += times;
      if (waiting.length < maxGrouped) waiting.push(item);
      if (timer === undefined) end();
    },
    reset(): void {
      timer?.cancel();
      timer = undefined;
      [waiting, count] = [[], 0];
    },
  };
}

function deniedNotice(
  labels: DesktopLabels,
  entries: readonly StoredAuditEntry[],
  count: number,
): Omit<Notice, 'kind'> {
  const last = entries.at(-1);
  const what = (entry: StoredAuditEntry) => entry.what ?? `${entry.method} ${entry.target}`;
  if (count === 1 && last !== undefined) {
    return {
      title: labels.denied.one(short(what(last))),
      body: short(last.message, 200),
      place: { page: 'activity', params: last.id === undefined ? { filter: 'denied' } : { entry: last.id } },
    };
  }
  const times = new Map<string, number>();
  for (const entry of entries) times.set(what(entry), (times.get(what(entry)) ?? 0) + 1);
  const most = [...times].sort(([, a], [, b]) => b - a).slice(0, 3);
  return {
    title: labels.denied.many(count),
    body: most.map(([name, n]) => (n === 1 ? short(name) : labels.times(short(name), n))).join('\n'),
    place: { page: 'activity', params: { filter: 'denied' } },
  };
}

/**
 * The notice that a request from the tray failed, and why. It was requested, so the preferences for
 * notifications do not apply. `translate`: into the language of `labels`.
 */
export function failedNotice(
  labels: DesktopLabels,
  what: keyof DesktopLabels['failed'],
  error: AppError,
  translate: Translate,
): Omit<Notice, 'kind'> {
  const { message, reason, hint } = translateError(error, translate);
  const lines = [message, reason, hint].filter((line): line is string => line !== undefined && line !== '');
  return {
    title: labels.failed[what],
    body: lines.map((line) => short(line, 200)).join('\n'),
    place: { page: 'overview', params: {} },
  };
}

function unprotectedNotice(
  labels: DesktopLabels,
  names: readonly string[],
  count: number,
): Omit<Notice, 'kind'> {
  return {
    title: count === 1 ? labels.unprotected.one(short(names[0] ?? '')) : labels.unprotected.many(count),
    body:
      count === 1
        ? labels.unprotected.body
        : names
            .slice(0, 5)
            .map((name) => short(name))
            .join(', '),
    place: { page: 'containers', params: { show: 'unprotected' } },
  };
}

/**
 * One line that fits a notification: names and paths come from clients, and may have any content. Linux
 * desktops interpret markup (links, pictures) in a notification.
 */
function short(text: string, most = 80): string {
  const line = text
    // eslint-disable-next-line no-control-regex -- control characters are what must not get through
    .replaceAll(/[\u0000-\u001f\u007f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .trim();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}
