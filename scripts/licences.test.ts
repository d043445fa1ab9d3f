import { describe, expect, it } from 'vitest';
import { packagesWithLicences } from './licences.mjs';

describe('the components of the app', () => {
  const packages = packagesWithLicences();

  it('are the packages it is built of and ships, and their dependencies', () => {
    expect(packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'react',
        'zod',
        'koffi',
        'electron',
        'scheduler',
        '@fontsource-variable/inter',
      ]),
    );
  });

  it('have only licences that allow distribution under Apache-2.0', () => {
    const free = new RegExp(
      '^\\(?(MIT|ISC|Apache-2\\.0|BSD-[23]-Clause|0BSD|OFL-1\\.1|CC0-1\\.0|Python-2\\.0|' +
        'BlueOak-1\\.0\\.0|Unlicense)\\b',
    );
    expect(
      packages.filter(({ licence }) => !free.test(licence)).map(({ name, licence }) => `${name}: ${licence}`),
    ).toEqual([]);
  });
});
