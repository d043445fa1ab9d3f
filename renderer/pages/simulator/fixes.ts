import type { TFunction } from 'i18next';
import { allowanceFor } from '../../../shared/audit/proposals.ts';
import type { Allowance, Proposal, ProposalContext } from '../../../shared/audit/proposal.ts';
import type { Explanation, ExplainedRequest, Finding } from '../../../shared/explain/explanation.ts';

/**
 * Proposals for refusals by settings: each once, the narrowest first; and whether any refusal cannot be
 * allowed by a setting.
 */
export function settingFixes(
  explanation: Explanation,
  context: ProposalContext,
): {
  readonly proposals: readonly Proposal[];
  readonly unchangeable: readonly Finding[];
  readonly byHand: readonly Finding[];
  /** Refused since the content of an image was made or loaded here. */
  readonly madeHere: readonly Finding[];
  /** Refused since a container is unprotected: it can be recreated. */
  readonly unprotected: readonly Finding[];
} {
  const refused = explanation.requests.flatMap((request) =>
    request.findings
      .filter(({ outcome }) => outcome === 'deny' || outcome === 'would-deny')
      .map((finding) => ({ finding, allowance: allowance(finding, request, context) })),
  );
  // No setting makes an image derived that is missing, or can't be compared now.
  const unknown = explanation.images.some(
    ({ trusted, reason }) => !trusted && (reason === 'not-local' || reason === 'registry-unreachable'),
  );
  const proposals = refused
    .flatMap(({ allowance: one }) => (one.kind === 'proposals' ? one.proposals : []))
    .filter(({ code }) => !unknown || code !== 'derived-images');
  return {
    proposals: [...new Map(proposals.map((proposal) => [JSON.stringify(proposal.edits), proposal])).values()],
    unprotected: unique(
      refused.flatMap(({ finding }) => (finding.rule === 'container-unprotected' ? [finding] : [])),
    ),
    unchangeable: unique(
      refused.flatMap(({ finding, allowance: { kind } }) => (kind === 'no-setting' ? [finding] : [])),
    ),
    byHand: unique(
      refused.flatMap(({ finding, allowance: { kind } }) => (kind === 'by-hand' ? [finding] : [])),
    ),
    madeHere: unique(
      refused.flatMap(({ finding, allowance: { kind } }) => (kind === 'content-made-here' ? [finding] : [])),
    ),
  };
}

/** A finding in the form of the decision log's entry. */
function allowance(finding: Finding, request: ExplainedRequest, context: ProposalContext): Allowance {
  if (finding.outcome === 'missing') return { kind: 'by-hand' };
  return allowanceFor(
    {
      time: '',
      client: { uid: null, pid: null },
      method: request.method,
      target: request.target,
      ...(request.image === undefined ? {} : { image: request.image }),
      ...finding,
      outcome: finding.outcome,
      subject: finding.subject,
    },
    context,
  );
}

const unique = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((finding) => [finding.rule, finding])).values(),
];

/** Describes a proposal. */
export function describeProposal(t: TFunction, { code, params, danger }: Proposal): string {
  const { path = '', repository = '', tag = '', digest = '' } = params;
  switch (code) {
    case 'share':
    case 'share-parent':
      return danger === undefined
        ? t('simulator.fix.share', { path })
        : t('simulator.fix.shareDanger', { path, why: lowerFirst(t(`files.danger.${danger}.body`)) });
    case 'image-digest':
      return t('simulator.fix.image', { image: `${repository}@${digest.slice(0, 19)}…` });
    case 'image-tag':
      return t('simulator.fix.image', { image: `${repository}:${tag}` });
    case 'image-any-tag':
      return t('simulator.fix.imageAny', { image: repository });
    case 'derived-images':
      return t('simulator.fix.derived');
    case 'docker-load':
      return t('simulator.fix.load');
    case 'existing-warn':
      return t('simulator.fix.existing');
    case 'command':
      return t(params['image'] === '' ? 'simulator.fix.command' : 'simulator.fix.commandFor', {
        replace: params,
      });
    case 'command-for-image':
      return t('simulator.fix.commandFor', { replace: params });
    case 'unlisted-entry':
      return t('simulator.fix.unlisted', { replace: params });
    case 'scope-all':
      return t('simulator.fix.scope');
    case 'environment-sockets':
      return t('simulator.fix.environmentSockets');
    case 'environment-never':
      return t('simulator.fix.environment');
  }
}

const lowerFirst = (sentence: string): string => `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1)}`;
