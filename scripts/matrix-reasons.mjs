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
      'it takes longer than a run for every change may, up to an hour in an emulated machine: ' +
      '`npm run test:machine` runs it, by night, and has left no result here yet',
  },
  {
    cell: /^User Mode Linux$/,
    why: 'it is part of the run for every change, which has left no result here yet',
  },
  {
    why:
      'it takes longer than a run for every change may: `npm run test:matrix` runs it, by night or by ' +
      'hand, and has left no result here yet',
  },
];
