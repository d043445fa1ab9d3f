import type { Claim, ClaimItem } from '../../shared/verify/claims.ts';
import {
  asExpected,
  operations,
  outcomeOf,
  type Operation,
  type OperationOutcome,
} from '../../shared/verify/operations.ts';
import { ownRange, notObserved, type Observed } from './judge.ts';
import type { ProbeResult } from './probe-container.ts';

/** `given`: the setting that gives it to every process of the machine, with its value. */
interface OperationResult {
  readonly operation: Operation;
  readonly result: string;
  readonly given: string;
  readonly outcome: OperationOutcome;
  readonly good: boolean;
}

/**
 * A4, A5: item by item what a privileged container could do, and what it could not. Two claims: that it
 * works, and that it is confined.
 */
export function judgePrivileged(probe: Observed<ProbeResult>): Claim[] {
  if ('error' in probe)
    return [
      notObserved('A4-privileged-works', probe.error),
      notObserved('A5-privileged-confined', probe.error),
    ];
  const { operations: result = {}, settings = {} } = probe.value.facts;
  const results = operations.map((operation): OperationResult => {
    const outcome = outcomeOf(operation, result[operation.id], settings);
    return {
      operation,
      result: result[operation.id] ?? 'not tried',
      given: `${operation.everybody?.setting ?? ''}=${settings[operation.everybody?.setting ?? ''] ?? ''}`,
      outcome,
      good: asExpected(operation, outcome),
    };
  });
  const isolated = ownRange(probe.value) !== null;
  return [
    judgeKind(
      'A4-privileged-works',
      results.filter(({ operation }) => operation.kind === 'local'),
      'allowed',
      isolated,
    ),
    judgeKind(
      'A5-privileged-confined',
      results.filter(({ operation }) => operation.kind === 'global'),
      'refused',
      isolated,
    ),
  ];
}

/** Enough must have been seen as it should be: a list of things this kernel does not have shows nothing. */
function judgeKind(
  id: Claim['id'],
  results: readonly OperationResult[],
  wanted: 'allowed' | 'refused',
  isolated: boolean,
): Claim {
  const of = (outcome: OperationOutcome): readonly OperationResult[] =>
    results.filter((one) => one.outcome === outcome);
  const shown = of(wanted).length;
  const failed = results.filter((one) => !one.good);
  const allowedForAll = of('everybody');
  const unclear = of('unclear').filter((one) => one.good);
  const sum = [
    `${shown} of ${results.length} ${wanted}`,
    ...(of('absent').length > 0 ? [`${of('absent').length} not in this kernel`] : []),
    ...allowedForAll.map(
      ({ operation, given }) =>
        `every process of the machine is allowed one of them, since ${given}: set it to ${operation.everybody?.closed ?? ''} to refuse it`,
    ),
    ...(unclear.length > 0 ? [`unclear: ${named(unclear)}`] : []),
    ...(failed.length > 0 ? [`wrong: ${named(failed)}`] : []),
    ...(isolated ? [] : ['root in the container is root in the engine']),
  ].join('; ');
  const passed = isolated && failed.length === 0 && shown > results.length / 2;
  return {
    id,
    verdict: !passed ? 'fail' : allowedForAll.length > 0 ? 'limited' : 'pass',
    evidence: sum,
    items: results.map(item),
  };
}

const named = (some: readonly OperationResult[]): string =>
  some.map(({ operation, result }) => `${operation.title} (${result})`).join(', ');

function item({ operation, result, given, outcome, good }: OperationResult): ClaimItem {
  const labels: Readonly<Record<OperationOutcome, string>> = {
    allowed: 'allowed',
    everybody: `allowed to every process of the machine, since ${given}`,
    refused: `refused (${result})`,
    absent: `not in this kernel (${result})`,
    unclear: `unclear (${result})`,
    'not-tried': result,
  };
  return { title: operation.title, seen: labels[outcome], good };
}
