import { strictest, type ExplainedRequest } from '../../shared/explain/explanation.ts';
import { entitlementDenial } from '../../shared/policy/build-solve.ts';
import { refusalText } from '../../shared/policy/decision.ts';

/** A build's request, with a finding for each entitlement that it asks for. */
export function withEntitlements(
  request: ExplainedRequest,
  names: readonly string[],
  outcome: 'deny' | 'would-deny',
): ExplainedRequest {
  if (names.length === 0) return request;
  const findings = names.map((name) => {
    const denial = entitlementDenial(name);
    return {
      outcome,
      rule: denial.rule,
      spec: denial.spec,
      setting: denial.setting,
      what: denial.what,
      message: refusalText(denial),
      sentences: denial.sentences ?? {},
      part: { field: 'allow', value: name },
    };
  });
  return {
    ...request,
    outcome: strictest([request.outcome, outcome]),
    findings: [...request.findings, ...findings],
    refusal: request.refusal ?? (outcome === 'deny' ? (findings[0]?.message ?? null) : null),
  };
}
