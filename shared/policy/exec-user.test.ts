import { describe, expect, it } from 'vitest';
import { refusalText } from './decision.ts';
import { execUserDenial } from './exec-user.ts';

const denial = (user?: string) => execUserDenial(new Map(user === undefined ? [] : [['User', user]]));

describe('A3: docker exec --user', () => {
  it.each(['70000', '65536', '70000:0', '0:70000', 'daemon:70000', '2147483647'])(
    '%s is refused with the ids that there are',
    (user) => {
      const refused = denial(user);
      expect(refused === null ? '' : refusalText(refused)).toBe(
        `enhanced container isolation: docker exec --user ${user} is blocked: a protected container has ` +
          'only the ids 0 to 65535; give another with --user (A3); no setting allows it',
      );
    },
  );

  it.each([undefined, '', '0', '65535', '65535:65535', 'daemon', 'u70000', '70000x', 'daemon:daemon'])(
    '%s is allowed',
    (user) => {
      expect(denial(user)).toBeNull();
    },
  );

  it.each(['2147483648', '4294967296:0', '99999999999', '-1'])("%s gets the engine's own error", (user) => {
    expect(denial(user)).toBeNull();
  });
});
