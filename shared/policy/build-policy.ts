import { sourcePolicy } from './llb-messages.ts';
import { messageOf, type FieldValue, type Message, type MessageShape } from './protobuf.ts';

/**
 * Rules that every build gets in addition to its own (`SolveRequest.SourcePolicy`). A frontend image (`#
 * syntax=`) and a Dockerfile (`ADD`) have BuildKit fetch sources inside the daemon, where the gateway does
 * not see them; BuildKit checks those against a build's policy as well. So what is refused in requests
 * (build-remote.ts) is refused there as well, by the engine.
 */

interface SourceRule {
  /** The affected sources, a regular expression of Go's. */
  readonly identifier: string;
  readonly constraints: readonly {
    readonly key: string;
    readonly value: string;
    readonly condition: bigint;
  }[];
}

const conditions = { equal: 0n, matches: 2n } as const;
const deniedAction = 1n;
const regularExpression = 2n;

/** BuildKit accepts schemes in upper and lower case. */
const overSsh = String.raw`((?i:ssh)://|[A-Za-z0-9_-]+@[A-Za-z0-9.-]+:)`;
const noAgent = { key: 'git.mountsshsock', value: '', condition: conditions.equal };

const rules: readonly SourceRule[] = [
  // BuildKit writes what it downloads under this name, as root, wherever it leads.
  {
    identifier: '^https?://',
    constraints: [{ key: 'http.filename', value: String.raw`[/\\]|^\.\.?$`, condition: conditions.matches }],
  },
  // git over ssh without the client's agent: ssh would offer the engine's keys.
  {
    identifier: '^git://',
    constraints: [{ key: 'git.fullurl', value: `^${overSsh}`, condition: conditions.matches }, noAgent],
  },
  {
    identifier: `^git://${overSsh}`,
    constraints: [{ key: 'git.fullurl', value: '', condition: conditions.equal }, noAgent],
  },
  // A directory outside the repository (CVE-2026-33748), and an option of git's in place of a commit.
  {
    identifier: String.raw`(?i)^git://[^#]*#.*(:|%3a|/|\\|%2f|%5c)(\.|%2e){2}(/|\\|%2f|%5c|$)`,
    constraints: [],
  },
  { identifier: '(?i)^git://[^#]*#(-|%2d)', constraints: [] },
  // A repository from a bundle, whose commands git runs before BuildKit 0.31.2 (GHSA-hw3h-2gp9-cxpv).
  { identifier: '^git:', constraints: [{ key: 'git.bundle', value: '.', condition: conditions.matches }] },
];

/**
 * Our selectors. BuildKit identifies a selector by its expression alone: another one with the same expression
 * would change the scope of ours.
 */
export const reservedSelectors: ReadonlySet<string> = new Set(rules.map(({ identifier }) => identifier));

const shapeOf = (shape: MessageShape, number: number): MessageShape => {
  const type = shape.fields[number]?.type;
  const found = typeof type === 'function' ? type() : type;
  if (typeof found !== 'object') throw new Error(`field ${number} of ${shape.name} is no message`);
  return found;
};
const ruleShape = shapeOf(sourcePolicy, 2);
const selectorShape = shapeOf(ruleShape, 2);
const constraintShape = shapeOf(selectorShape, 3);

const plain = (shape: MessageShape, fields: Readonly<Record<string, readonly FieldValue[]>>): Message => ({
  shape,
  values: new Map(Object.entries(fields)),
});

const ruleMessages: readonly Message[] = rules.map(({ identifier, constraints }) =>
  plain(ruleShape, {
    action: [deniedAction],
    selector: [
      plain(selectorShape, {
        identifier: [identifier],
        match_type: [regularExpression],
        constraints: constraints.map(({ key, value, condition }) =>
          plain(constraintShape, { key: [key], value: [value], condition: [condition] }),
        ),
      }),
    ],
  }),
);

/**
 * A `SolveRequest` with our rules after its own: of several that match a source, BuildKit applies the last.
 */
export function withSourceRules(request: Message): Message {
  const own =
    messageOf(request, 'SourcePolicy')?.values ?? new Map<string, readonly FieldValue[]>([['version', [1n]]]);
  const policy = new Map(own).set('rules', [...(own.get('rules') ?? []), ...ruleMessages]);
  return {
    shape: request.shape,
    values: new Map(request.values).set('SourcePolicy', [{ shape: sourcePolicy, values: policy }]),
  };
}
