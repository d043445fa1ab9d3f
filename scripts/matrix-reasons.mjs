// Why tests of `npm run test:matrix` fail or are left out where they can't pass, and why cells were not run:
// reasons that a user would accept.

/**
 * `suite` and `title` (of whole titles) say which tests; `cell` (of names of cells) says where, in all of
 * them if it is left out.
 *
 * @type {readonly { suite: string, title: RegExp, cell?: RegExp, why: string }[]}
 */
export const reasons = [];

/**
 * Why cells have no result; the first that fits counts. `suite`: of names of suites, or of files of machine
 * tests; `cell`: of names of cells, which are `QEMU` or `User Mode Linux` for machine tests.
 *
 * @type {readonly { suite?: RegExp, cell?: RegExp, why: string }[]}
 */
export const notRunReasons = [
  {
    cell: /^QEMU$/,
    why:
      'every change has 35 minutes, and this takes up to an hour in an emulated machine: ' +
      '`npm run test:machine` has it, by night, and has left no result here yet',
  },
  {
    why:
      'every change has 35 minutes, so it has what takes seconds: `npm run test:matrix` has this, by night ' +
      'or by hand, and has left no result here yet',
  },
];
