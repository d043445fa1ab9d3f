import { expect, it } from 'vitest';
import type { ResponseHead } from '../http/message/response-head.ts';
import { AuditedCreates } from './audited-creates.ts';

const id = (n: number) => n.toString(16).padStart(64, '0');

function respond(creates: AuditedCreates, status: number, body: string): void {
  const head: Partial<ResponseHead> = { status };
  // Only the status is read.
  void creates.recordOnResponse().transformResponse(head as ResponseHead, Buffer.from(body));
}

it('remembers the container that the engine created, and leaves the response as it is', () => {
  const creates = new AuditedCreates();
  const head: Partial<ResponseHead> = { status: 201 };
  expect(
    // Only the status is read.
    creates.recordOnResponse().transformResponse(head as ResponseHead, Buffer.from(`{"Id":"${id(1)}"}`)),
  ).toBeNull();
  expect(creates.includes(id(1))).toBe(true);
  expect(creates.includes(id(2))).toBe(false);
});

it.each([
  ['a failed create', 409, `{"Id":"${id(1)}"}`],
  ['a response without an id', 201, '{"message":"no"}'],
])('remembers nothing of %s', (_, status, body) => {
  const creates = new AuditedCreates();
  respond(creates, status, body);
  expect(creates.includes(id(1))).toBe(false);
});

it('forgets the oldest of more than 4,096', () => {
  const creates = new AuditedCreates();
  for (let n = 1; n <= 4097; n++) respond(creates, 201, `{"Id":"${id(n)}"}`);
  expect([creates.includes(id(1)), creates.includes(id(2)), creates.includes(id(4097))]).toEqual([
    false,
    true,
    true,
  ]);
});
