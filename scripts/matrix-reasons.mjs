// Why tests of `npm run test:matrix` fail or are left out, where they can't pass: a reason that a user would
// accept.

/**
 * `suite` and `title` (of whole titles) say which tests; `cell` (of names of cells) says where, in all of
 * them if it is left out.
 *
 * @type {readonly { suite: string, title: RegExp, cell?: RegExp, why: string }[]}
 */
export const reasons = [];
