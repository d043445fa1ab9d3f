import { fail, ok, type Result } from '../result.ts';
import { toPointer, type SettingsPath } from './pointer.ts';
import { message, type Message } from '../messages/message.ts';

/** Inserts a value under the missing part of the path: numbers create lists, strings objects. */
export function createMissingParents(
  rest: SettingsPath,
  value: unknown,
  path: SettingsPath,
): Result<unknown> {
  let wrapped = value;
  for (const segment of rest.toReversed()) {
    if (typeof segment === 'number' && segment !== 0)
      return invalidPlace(path, message('settings.list-index-not-zero'));
    wrapped =
      typeof segment === 'number' || segment === '-' ? [wrapped] : Object.fromEntries([[segment, wrapped]]);
  }
  return ok(wrapped);
}

/** Refuses a path (`settings.pointer`). */
export function invalidPlace(path: SettingsPath, why: Message): Result<never> {
  return fail(
    'settings.pointer',
    message('settings.pointer-not-found', { toPointer: toPointer(path), why }),
    {
      params: { pointer: toPointer(path) },
    },
  );
}
