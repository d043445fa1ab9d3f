import { blamedOptions, optionsOf } from './blame.ts';
import type { CommandLine } from './command-line.ts';
import type { OptionUse, Word } from './docker-options.ts';
import type { ImageLookup, ExplainedRequest, Explanation, Finding } from './schema.ts';

export type RowOutcome = 'deny' | 'would-deny' | 'rewrite' | 'allow' | 'missing';

/** One line of "rule by rule": what a rule states about words of the command. */
export interface RuleRow {
  readonly outcome: RowOutcome;
  /** The words it is about; empty if the rule is about something that is not in the text. */
  readonly options: readonly Pick<OptionUse, 'start' | 'end'>[];
  /** The other place in the text that it is about: the service of a Compose file. */
  readonly place?: Pick<OptionUse, 'start' | 'end'>;
  readonly what:
    | { readonly kind: 'finding'; readonly finding: Finding }
    /** Allowed because of its properties, which the code names. */
    | { readonly kind: 'passed'; readonly code: PassedCode; readonly field: string; readonly value: string }
    | { readonly kind: 'image'; readonly image: ImageLookup };
}

/** Parts of a request that are allowed, with a reason worth explaining. */
export type PassedCode = 'privileged' | 'capability' | 'shared-bind' | 'volume' | 'security-opt' | 'sysctl';

const passedCodes: Readonly<Record<string, PassedCode>> = {
  'HostConfig.Privileged': 'privileged',
  'HostConfig.CapAdd': 'capability',
  'HostConfig.SecurityOpt': 'security-opt',
  'HostConfig.Sysctls': 'sysctl',
};
const strict: readonly RowOutcome[] = ['deny', 'would-deny', 'missing', 'rewrite', 'allow'];

function passedCode({ field, value }: { readonly field: string; readonly value: string }): PassedCode | null {
  if (field !== 'HostConfig.Binds' && field !== 'HostConfig.Mounts') return passedCodes[field] ?? null;
  if (/^\/|"Type":"bind"/.test(value)) return 'shared-bind';
  return value.startsWith('{') ? null : 'volume';
}

/** Every rule that applies to one request, the strictest first. */
export function ruleRows(
  request: ExplainedRequest,
  images: readonly ImageLookup[],
  line: CommandLine | null,
): readonly RuleRow[] {
  const ofFindings = request.findings.map((finding): RuleRow => ({
    outcome: finding.outcome,
    options: line === null ? [] : blamedOptions(line, finding),
    what: { kind: 'finding', finding },
  }));
  const ofPassed = (request.passed ?? []).flatMap((part): RuleRow[] => {
    const code = passedCode(part);
    return code === null
      ? []
      : [
          {
            outcome: code === 'privileged' || code === 'capability' ? 'rewrite' : 'allow',
            options: line === null ? [] : optionsOf(line, part),
            what: { kind: 'passed', code, ...part },
          },
        ];
  });
  const image = images.find((one) => one.image === request.image);
  const ofImage: RuleRow[] =
    image === undefined || !image.trusted
      ? []
      : [
          {
            outcome: 'allow',
            options: line?.subject == null ? [] : [line.subject],
            what: { kind: 'image', image },
          },
        ];
  return [...ofFindings, ...ofPassed, ...ofImage].sort(
    (a, b) =>
      strict.indexOf(a.outcome) - strict.indexOf(b.outcome) ||
      Number(a.options.length === 0) - Number(b.options.length === 0),
  );
}

export interface MarkedSpan extends Pick<Word, 'start' | 'end'> {
  readonly outcome: RowOutcome;
}

/** The ranges of the text to mark, in order and without overlap: the strictest outcome of each. */
export function markedSpans(rows: readonly RuleRow[]): readonly MarkedSpan[] {
  const spans: MarkedSpan[] = [];
  for (const outcome of strict) {
    for (const { start, end } of rows
      .filter((row) => row.outcome === outcome)
      .flatMap((row) => [...row.options, ...(row.place === undefined ? [] : [row.place])])) {
      if (end > start && !spans.some((span) => start < span.end && span.start < end))
        spans.push({ start, end, outcome });
    }
  }
  return spans.sort((a, b) => a.start - b.start);
}

/**
 * The options without which nothing would be refused; null if a refusal is about something that can't be left
 * out.
 */
export function refusedOptions(explanation: Explanation, line: CommandLine): readonly OptionUse[] | null {
  const refused = explanation.requests.flatMap((request) =>
    request.findings.filter(({ outcome }) => outcome === 'deny' || outcome === 'would-deny'),
  );
  const options = refused.map((finding) => blamedOptions(line, finding));
  if (options.length === 0 || options.some((one) => one.length === 0)) return null;
  return [...new Set(options.flat())];
}
