import type { Target } from '../engine/target.ts';
import { ok } from '../shared/result.ts';
import { phaseText } from './engine-text.ts';
import { listFormatOf, renderList, type ListDefinition } from './list.ts';
import type { ListOptions } from './list-format.ts';
import { printError, printResult, type CheckState } from './output.ts';
import { checkStateOf, describeCheck } from './status-check.ts';
import { describeStatus, needsAction, statusReport, type StatusReport } from './status.ts';
import { styled } from './style.ts';
import type { RootOptions } from './target.ts';
import { text } from './text.ts';

export interface StatusOptions extends RootOptions, ListOptions {
  readonly check?: boolean;
}

const tones = { ok: 'good', warning: 'warning', critical: 'bad', unknown: 'warning' } as const;

/** The first line in the colour of the state. */
function withColour(status: string, state: CheckState): string {
  const [first = '', ...others] = status.split('\n');
  return [styled(tones[state], first), ...others].join('\n');
}

/** The fields of `bulkhead status`. */
const statusRecord: ListDefinition<StatusReport> = {
  fields: {
    Protection: {
      head: () => text('cli-list.protection'),
      value: ({ protection }) => protection,
      display: (report) => text(`cli-list.protection-${report.protection}`),
    },
    Check: { head: () => text('cli-list.check'), value: checkStateOf },
    State: {
      head: () => text('cli-list.phase'),
      value: ({ engine }) => engine.phase,
      display: ({ engine }) => phaseText(engine.phase),
    },
    ECI: { head: () => text('cli-list.eci'), value: ({ eci }) => String(eci) },
    Audit: { head: () => text('cli-list.audit'), value: ({ audit }) => String(audit) },
    Unprotected: {
      head: () => text('cli-list.unprotected'),
      value: ({ unprotected }) => String(unprotected ?? ''),
      display: ({ unprotected }) => String(unprotected ?? '-'),
    },
    VerifiedAt: {
      head: () => text('cli-list.verified-at'),
      value: ({ verification }) => verification?.at ?? '',
    },
    SettingsVersion: {
      head: () => text('cli-list.settings-version'),
      value: ({ appliedVersion }) => String(appliedVersion),
    },
    DraftDiffers: {
      head: () => text('cli-list.draft-differs'),
      value: ({ draftDiffers }) => String(draftDiffers),
    },
    SettingsProblem: {
      head: () => text('cli-list.settings-problem'),
      value: ({ settingsProblem }) => settingsProblem ?? '',
    },
    Version: {
      head: () => text('cli-list.version'),
      value: ({ engine }) => engine.version ?? '',
      display: ({ engine }) => engine.version ?? '-',
    },
    Socket: { head: () => text('cli-list.socket'), value: ({ engine }) => engine.socket },
    Root: { head: () => text('cli-list.root'), value: ({ engine }) => engine.root ?? '' },
    Problem: { head: () => text('cli-list.problem'), value: ({ engine }) => engine.problem?.message ?? '' },
  },
  columns: ['Protection', 'Unprotected', 'State', 'Version', 'SettingsVersion'],
};

/** Prints the status of an open engine; the value is the result for monitoring. */
export async function printStatusOf(target: Target, options: StatusOptions): Promise<CheckState> {
  const format = listFormatOf(statusRecord, options);
  if (!format.ok) {
    printError(format.error, options);
    return 'unknown';
  }
  const report = await statusReport(target);
  const check = checkStateOf(report);
  printResult(ok(options.check === true ? { ...report, check } : report), {
    json: options.json,
    human: (value) =>
      format.value.kind === 'default'
        ? withColour(options.check === true ? describeCheck(value) : describeStatus(value), check)
        : renderList([value], statusRecord, format.value),
    failed: needsAction,
  });
  return check;
}
