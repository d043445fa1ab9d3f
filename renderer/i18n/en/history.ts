/** History: every version of the settings there was. */
export const history = {
  title: 'History', subtitle: 'Every version that was applied here. Going back makes a draft of it for review; nothing is applied before you say so.',
  versions: 'Versions', count_one: '{{count}} version', count_other: '{{count}} versions',
  version: 'Version {{version}}', applied: 'Applied', eciOn: 'ECI on', eciOff: 'ECI off',
  by: 'applied by {{user}}', found: 'found, written by another program', none: 'no settings file', unrecorded: 'changed by another program', unreadable: 'can\u2019t be read', noneTitle: 'Version 0 is no settings file', unreadableTitle: 'This version can\u2019t be read',
  changed_one: '{{count}} change: {{names}}', changed_other: '{{count}} changes: {{names}}', formatting: 'formatting only', notCounted: 'too large to compare here',
  empty: 'Nothing was applied yet. The first apply becomes version 1.', openJson: 'Open the document',
  rollBack: 'Roll back to this\u2026', review: 'Review & apply', replaces: 'Going back replaces your draft', replacesWhy: 'Undo brings the draft back.',
  noneMeans: 'Going back makes the document an empty one, which means the same: ECI is off, and every setting has its default.', noneRemoves: 'Going back takes the file away: Docker Desktop enforces no sign-in any more, and every setting is its users\u2019 own.', noneNow: 'There is no settings file now, either.',
  compare: 'Difference', against: 'Compare with', previous: 'Previous', appliedShort: 'Applied', draftShort: 'Draft', appliedText: 'what is applied', draftText: 'the draft',
  legend: '\u2212 {{from}}, + {{to}}', diff: 'From {{from}} to {{to}}', same: 'There is no difference.', previousUnreadable: 'The version before can\u2019t be read. Compare with what is applied instead.',
  copy: 'Copy the text of this version',
};
