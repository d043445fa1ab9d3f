import { ok, type AppError, type Result } from '../shared/result.ts';
import { phaseText } from './engine-text.ts';
import { listFormatOf, renderList, type ListDefinition } from './list.ts';
import type { ListOptions } from './list-format.ts';
import { checkStateOf } from './status-check.ts';
import type { StatusReport } from './status.ts';
import { text } from './text.ts';

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

/** What `--format` and `--quiet` print of a status; an unusable format is `input.unusable`. */
export function statusFormatter(options: ListOptions): Result<(report: StatusReport) => string, AppError> {
  const format = listFormatOf(statusRecord, options);
  return format.ok ? ok((report) => renderList([report], statusRecord, format.value)) : format;
}
