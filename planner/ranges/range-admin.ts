import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { passwdLines, userName } from '../../engine/base/user-database.ts';
import { linkNew, writeTemporary } from './claim-files.ts';
import { formatFile, RangeLedger } from './range-ledger.ts';
import { rangeOwnerSchema, rangeOwnersDirectory, type RangeOwner } from './range-owner.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { reasonOf } from '../base/refuse.ts';
import { basesInUse } from './taken-ranges.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';

/** A thread that kept ids of a range would share them with the range's next owner. */
const basesOfThreads = () => basesInUse('threads');

/** Where the machine's planners claim ranges (options.ts). */
const claimsDirectory = '/run/bulkhead/ranges';

export interface RangeAdminOptions {
  readonly owners?: string;
  readonly claims?: string;
  readonly inUse?: () => ReadonlySet<number>;
  /** A line for the user of the command. */
  readonly log: (line: string | Message) => void;
}

export interface OwnedRanges {
  readonly owner: RangeOwner;
  /** Name of the user's account; null: it has none, or the owner is no user. */
  readonly account: string | null;
  readonly ranges: readonly OwnedRange[];
}

export interface OwnedRange {
  readonly first: number;
  readonly last: number;
  /** What uses it: a container's claim, or processes with its ids; null: unused. */
  readonly usedBy: 'container' | 'process' | null;
}

/** The owner given on a command line: a uid, `builds`, `unnamed` or `retired`; null for anything else. */
export function parseOwner(text: string): RangeOwner | null {
  const parsed = rangeOwnerSchema.safeParse(/^\d{1,10}$/.test(text) ? Number(text) : text);
  return parsed.success ? parsed.data : null;
}

/**
 * The owner given on a command line: what `parseOwner` accepts, or the name of a user in the machine's user
 * database. A user named `builds` has to be given by uid. Null for anything else.
 */
export async function findOwner(text: string, lookUp = passwdLines): Promise<RangeOwner | null> {
  const parsed = parseOwner(text);
  if (parsed !== null) return parsed;
  // A number that is no uid, an option of getent, or what no name contains.
  if (!/^(?!\d+$|-)[^:\n]+$/.test(text)) return null;
  const [line = ''] = (await lookUp([text])).split('\n');
  return parseOwner(line.split(':')[2] ?? '');
}

/**
 * Ranges of ids by owner, or those of one owner. Errors: `rights.not-root`; `isolation.planner-failed` if
 * they cannot be read.
 */
export async function listRanges(
  owner: RangeOwner | null,
  options: RangeAdminOptions,
): Promise<Result<readonly OwnedRanges[], AppError>> {
  const opened = openForAdmin(options);
  if (!opened.ok) return opened;
  const { ledger, usedBy } = opened.value;
  if (ledger === null) return ok([]);
  const owners = ledger
    .owners()
    .filter((one) => owner === null || one === owner)
    .sort((a, b) => order(a) - order(b));
  const users = owners.filter((one) => typeof one === 'number').map(String);
  const accounts = users.length === 0 ? '' : await passwdLines(users);
  const ranges = (one: RangeOwner) =>
    [...ledger.owned(one)]
      .sort((a, b) => a - b)
      .map((base) => ({ first: base, last: base + rangeSize - 1, usedBy: usedBy(base) }));
  return ok(
    owners.map((one) => ({
      owner: one,
      account: typeof one === 'number' ? userName(accounts, one) : null,
      ranges: ranges(one),
    })),
  );
}

/**
 * Hands all ranges of `owner` back, so that containers of any user may get them. Refused as a whole while a
 * container or a process uses one. Returns their number. Errors: `rights.not-root`, `containers.running`,
 * `isolation.planner-failed`.
 */
export function releaseRanges(owner: RangeOwner, options: RangeAdminOptions): Result<number, AppError> {
  const opened = openForAdmin(options);
  if (!opened.ok) return opened;
  const { ledger, claims, usedBy } = opened.value;
  const bases = ledger === null ? [] : [...ledger.owned(owner)];
  if (ledger === null || bases.length === 0) return ok(0);
  const used = () => bases.filter((base) => usedBy(base) !== null);
  if (used().length > 0) return failInUse(used());
  const claimed: number[] = [];
  const fileOf = (base: number) => path.join(claims, String(base));
  try {
    mkdirSync(claims, { recursive: true, mode: 0o700 });
    // As an engine that exists as long as this process: a planner frees what it leaves.
    const temporary = writeTemporary(
      claims,
      { root: `/proc/${process.pid}`, id: 'handed-back' },
      0o600,
      false,
    );
    try {
      for (const base of bases) {
        if (!linkNew(temporary, fileOf(base))) return failInUse([base]);
        claimed.push(base);
      }
    } finally {
      rmSync(temporary, { force: true });
    }
    // Now that they are claimed, no planner can hand one out: check once more for processes.
    const usedBases = (options.inUse ?? basesOfThreads)();
    const occupied = bases.filter((base) => usedBases.has(base));
    if (occupied.length > 0) return failInUse(occupied);
    for (const base of bases) ledger.handBack(base);
    return ok(bases.length);
  } catch (error) {
    const hint = message('planner.see-ranges-list');
    return fail('isolation.planner-failed', message('planner.not-all-released'), {
      reason: reasonOf(error),
      hint,
    });
  } finally {
    for (const base of claimed) rmSync(fileOf(base), { force: true });
  }
}

interface OpenedRanges {
  /** Null: no engine of this machine has ever handed out a range. */
  readonly ledger: RangeLedger | null;
  readonly claims: string;
  readonly usedBy: (base: number) => OwnedRange['usedBy'];
}

function openForAdmin(options: RangeAdminOptions): Result<OpenedRanges, AppError> {
  const { owners = rangeOwnersDirectory, claims = claimsDirectory, inUse = basesOfThreads, log } = options;
  if (process.getuid?.() !== 0) {
    return fail('rights.not-root', message('planner.owners-need-root'), {
      hint: message('planner.run-with-sudo'),
    });
  }
  try {
    const usedBases = inUse();
    const usedBy = (base: number) => {
      if (existsSync(path.join(claims, String(base)))) return 'container';
      return usedBases.has(base) ? 'process' : null;
    };
    // Opening it would create it.
    const exists = existsSync(path.join(owners, formatFile));
    const ledger = exists ? new RangeLedger({ directory: owners, mark: null, log }) : null;
    return ok({ ledger, claims, usedBy });
  } catch (error) {
    return fail('isolation.planner-failed', message('planner.owners-unreadable'), {
      reason: reasonOf(error),
    });
  }
}

function failInUse(bases: readonly number[]): Result<never, AppError> {
  return fail('containers.running', message('planner.ranges-in-use'), {
    reason: bases
      .slice(0, 5)
      .map((base) => `${base}-${base + rangeSize - 1}`)
      .join(', '),
    hint: message('planner.remove-containers-of-owner'),
  });
}

/** Users by id, then other owners. */
const order = (owner: RangeOwner): number => (typeof owner === 'number' ? owner : Number.MAX_SAFE_INTEGER);
