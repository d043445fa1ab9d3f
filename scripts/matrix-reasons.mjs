// Why tests of `npm run test:matrix` fail or are left out, where they can't pass: a reason that a user would
// accept.

/**
 * `suite` and `title` (of whole titles) say which tests; `cell` (of names of cells) says where, in all of
 * them if it is left out.
 *
 * @type {readonly { suite: string, title: RegExp, cell?: RegExp, why: string }[]}
 */
export const reasons = [
  {
    suite: 'engine-errors',
    cell: /^28\./,
    title:
      /in its words (?:a create body|an exec body) of |in its words a create with |client|_ping|v1\.\d+\//,
    why:
      'What the gateway refuses as the engine would, it says in the words of 26.1.5: JSON that cannot be ' +
      'parsed, an invalid network mode or isolation, an API that is too old. Nothing of it is let through.',
  },
];
