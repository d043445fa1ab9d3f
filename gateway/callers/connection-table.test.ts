import { beforeEach, describe, expect, it } from 'vitest';
import { refusalText } from '../../shared/policy/decision.ts';
import {
  connectionLimits,
  limitsForFiles,
  type AccountHolder,
  type ConnectionLimits,
} from '../../shared/policy/limits.ts';
import { ConnectionSlot } from './connection-slot.ts';
import { ConnectionTable, type RefusedConnection } from './connection-table.ts';

const limits: ConnectionLimits = {
  each: 4,
  eachSocket: 2,
  all: 12,
  reserved: 4,
  few: 2,
  builds: 1,
  buildCalls: 2,
  softBufferBytes: 100,
  maxBufferBytes: 1600,
  maxTotalBufferBytes: 2000,
  headMs: 60_000,
};
let table: ConnectionTable;
let clock: number;
let closed: ConnectionSlot[];
beforeEach(() => {
  clock = 0;
  closed = [];
  table = new ConnectionTable(limits, () => clock);
});

const user = (uid: number): AccountHolder => (uid === 0 ? { kind: 'root' } : { kind: 'user', uid });
function admit(...holders: AccountHolder[]): ConnectionSlot | RefusedConnection {
  const slot = table.admit({ name: 'a caller', holders });
  if (slot instanceof ConnectionSlot) {
    slot.close = () => {
      closed.push(slot);
      slot.release();
    };
  }
  return slot;
}
function open(...holders: AccountHolder[]): ConnectionSlot {
  const slot = admit(...holders);
  if (slot instanceof ConnectionSlot) return slot;
  throw new Error(refusalText(slot.denial));
}
function rest(slot: ConnectionSlot, unread = false): ConnectionSlot {
  slot.closeIfIdle = () => {
    if (!unread) slot.close();
    return !unread;
  };
  slot.markIdle();
  return slot;
}
function refused(...holders: AccountHolder[]): RefusedConnection {
  const slot = admit(...holders);
  if (slot instanceof ConnectionSlot) throw new Error('it was admitted');
  return slot;
}
const times = <T>(count: number, work: () => T): T[] => Array.from({ length: count }, work);

describe('connections of a user', () => {
  it("are refused above the limit, by a text that names rule and limit; others' are not", () => {
    const [first] = times(4, () => open(user(1)));
    const { denial, status } = refused(user(1));
    expect(status).toBe(429);
    expect(refusalText(denial)).toBe(
      'enhanced container isolation: one more connection of user 1 is blocked: one user may not take up ' +
        'the connections and the memory that are there for all (at most 4 may be open at a time; ' +
        'end commands that follow logs or are attached); no setting allows it',
    );
    open(user(2));
    first?.release();
    first?.release();
    open(user(1));
    refused(user(1));
  });

  it('that are idle are closed for new ones, the longest idle first', () => {
    const [a, b, c] = times(4, () => open(user(1)));
    if (a === undefined || b === undefined || c === undefined) throw new Error('four were made');
    for (const slot of [b, a, c]) rest(slot);
    b.markBusy();
    rest(b);
    open(user(1));
    open(user(1));
    expect(closed).toEqual([a, c]);
    b.markBusy();
    refused(user(1));
  });

  it('with a pending request are not closed', () => {
    const [a, b] = times(4, () => open(user(1)));
    if (a === undefined || b === undefined) throw new Error('four were made');
    rest(a, true);
    rest(b);
    open(user(1));
    expect(closed).toEqual([b]);
    refused(user(1));
  });

  it("through a container's socket count for the container and its user", () => {
    const socket = (id: string): AccountHolder => ({ kind: 'socket', id });
    times(2, () => open(socket('x'), user(1)));
    expect(refusalText(refused(socket('x'), user(1)).denial)).toContain(
      'a container by its Docker socket is blocked',
    );
    times(2, () => open(socket('y'), user(1)));
    expect(refusalText(refused(socket('z'), user(1)).denial)).toContain('of user 1 is blocked');
    open(socket('z'));
  });
});

describe('connections of all', () => {
  it('leave room for root, and for users with few connections', () => {
    for (const uid of [1, 2]) times(4, () => open(user(uid)));
    expect(refused(user(1)).status).toBe(429);
    // All but what is kept is taken.
    times(2, () => open(user(3)));
    const { denial, status } = refused(user(3));
    expect(status).toBe(503);
    expect(refusalText(denial)).toContain('at most 8 may be open at a time for all users');
    times(2, () => open(user(0)));
    expect(table.open).toBe(12);
    expect(refused(user(0)).status).toBe(503);
    expect(refused(user(4)).status).toBe(503);
  });

  it('close an idle one of the user with most connections', () => {
    const [resting] = times(4, () => open(user(1)));
    if (resting === undefined) throw new Error('four were made');
    rest(resting);
    times(3, () => open(user(2)));
    times(2, () => open(user(0)));
    times(2, () => open(user(3)));
    open(user(4));
    expect(table.open).toBe(12);
    open(user(5));
    expect(closed).toEqual([resting]);
    expect(refused(user(6)).status).toBe(503);
  });

  it("are limited by the process's open files, and one user's to a fourth of them", () => {
    expect(limitsForFiles(connectionLimits, 524_288)).toEqual(connectionLimits);
    expect(limitsForFiles(connectionLimits, Infinity)).toEqual(connectionLimits);
    expect(limitsForFiles(connectionLimits, 1024)).toMatchObject({
      all: 256,
      reserved: 32,
      each: 64,
      eachSocket: 64,
      few: 16,
    });
    expect(limitsForFiles(connectionLimits, 64)).toMatchObject({ all: 32, reserved: 4, each: 8, few: 2 });
  });
});

describe('a refused connection', () => {
  it('gets the reason within limits; further ones of the same user are only closed', () => {
    times(4, () => open(user(1)));
    const written = times(8, () => refused(user(1)).release);
    expect(written).not.toContain(null);
    expect(refused(user(1)).release).toBeNull();
    written[0]?.();
    expect(refused(user(1)).release).not.toBeNull();
  });
});

describe('a connection without a request', () => {
  it('is closed when a first or begun head is not complete in time; an idle one is not', () => {
    const silent = open(user(1));
    const resting = open(user(2));
    resting.headReceived();
    const begun = open(user(3));
    begun.headReceived();
    clock = 30_000;
    begun.awaitHead();
    begun.awaitHead();
    clock = 60_000;
    table.closeOverdue();
    expect(closed).toEqual([silent]);
    clock = 90_000;
    table.closeOverdue();
    expect(closed).toEqual([silent, begun]);
    expect(table.open).toBe(1);
  });
});

describe('buffered bytes', () => {
  it("first pause a user's clients, then refuse them, and no other user's", () => {
    const [a, b] = times(2, () => open(user(1)));
    const other = open(user(2));
    if (a === undefined || b === undefined) throw new Error('two were made');
    a.countBuffered(100);
    expect(b.isOverBufferLimit).toBe(false);
    a.countBuffered(1);
    expect([a.isOverBufferLimit, b.isOverBufferLimit, other.isOverBufferLimit]).toEqual([true, true, false]);
    b.countBuffered(1500);
    expect(other.bufferLimitDenial()).toBeNull();
    expect(refusalText(b.bufferLimitDenial() ?? refused(user(1)).denial)).toContain(
      'at most 1600 bytes may wait at a time',
    );
    b.release();
    expect([a.bufferLimitDenial(), table.bufferedBytes]).toEqual([null, 101]);
  });

  it('are bounded in total: then users with more than a little are refused', () => {
    const [a, b, c] = [open(user(1)), open(user(2)), open(user(3))];
    a.countBuffered(1500);
    b.countBuffered(450);
    c.countBuffered(100);
    expect([a.bufferLimitDenial() !== null, b.bufferLimitDenial() !== null, c.bufferLimitDenial()]).toEqual([
      true,
      true,
      null,
    ]);
  });
});

describe('builds', () => {
  it('are limited in connections and calls per user', () => {
    const [a, b] = [open(user(1)), open(user(1))];
    expect(a.beginBuilds()).toBeNull();
    expect(refusalText(b.beginBuilds() ?? refused(user(1)).denial)).toContain(
      'one more build connection of user 1',
    );
    expect([a.beginCall(), a.beginCall()]).toEqual([null, null]);
    expect(refusalText(b.beginCall() ?? refused(user(1)).denial)).toContain('one more build call of user 1');
    a.endCall();
    expect(b.beginCall()).toBeNull();
    a.release();
    expect([b.beginBuilds(), b.beginCall()]).toEqual([null, null]);
    const root = [open(user(0)), open(user(0))];
    expect(root.map((slot) => slot.beginBuilds())).toEqual([null, null]);
  });
});
