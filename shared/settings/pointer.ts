import { message } from '../messages/message.ts';
import { fail, ok, type Result } from '../result.ts';

/**
 * A place in a document: object keys and array indexes. A number also finds the key of that name if the
 * container is an object.
 */
export type SettingsPath = readonly (string | number)[];

/** RFC 6901 pointer of a path; '' is the whole document. */
export function toPointer(path: SettingsPath): string {
  return path.map((segment) => '/' + String(segment).replaceAll('~', '~0').replaceAll('/', '~1')).join('');
}

/**
 * Path of an RFC 6901 pointer. Tokens that are array indexes (`0`, `12`; not `01`) become numbers; `-` stays
 * a string and means "after the last element" if the container is an array. Error: settings.pointer.
 */
export function parsePointer(pointer: string): Result<(string | number)[]> {
  if (pointer === '') return ok([]);
  if (!pointer.startsWith('/')) {
    return fail('settings.pointer', message('settings.pointer-start-invalid', { pointer }), {
      hint: message('settings.pointer-example'),
      params: { pointer },
    });
  }
  const path: (string | number)[] = [];
  for (const token of pointer.slice(1).split('/')) {
    if (/~(?![01])/.test(token)) {
      return fail('settings.pointer', message('settings.pointer-escape-invalid', { pointer }), {
        params: { pointer },
      });
    }
    path.push(
      /^(0|[1-9]\d{0,8})$/.test(token) ? Number(token) : token.replaceAll('~1', '/').replaceAll('~0', '~'),
    );
  }
  return ok(path);
}

/** Pointer of a child of `pointer`. */
export const childPointer = (pointer: string, segment: string | number): string =>
  pointer + toPointer([segment]);
