/** The settings text as such: broken, unreadable, changed underneath, edited as text. */
export const settingsState = {
  conflict: {
    title: 'Another program changed the settings file',
    body: '{{path}} is not what your draft was started from. Choose before anything is applied.',
    compare: 'Compare…',
    mine: 'Keep mine', theirs: 'Take theirs',
    mineIs: 'Your draft stays and goes on top of the file as it is now.', theirsIs: 'Your draft is replaced by the file. Undo brings it back.',
    legend: '\u2212 the file as it is now, + your draft',
    theirChanges: 'What the other program changed', myChanges: 'What you changed',
    overlaps_one: '{{count}} place both changed', overlaps_other: '{{count}} places both changed', open_one: '{{count}} to decide', open_other: '{{count}} to decide', decided: 'All decided',
    value: { base: 'Before', theirs: 'File now', mine: 'Your draft' }, pickTheirs: 'File', pickMine: 'Mine', choose: 'Whose {{setting}} counts',
    goOn: 'How to go on', merge: 'Keep both', mergeClean: 'The changes don\u2019t overlap: your draft gets the other program\u2019s too.', mergeDecided: 'Your draft gets both sides\u2019 changes, and where both changed a place, what you chose.', mergeOpen: 'First choose whose value counts where both changed the same place.',
    unmergeable: 'Not possible: {{side}} is not valid JSON.', side: { base: 'the text the draft was started from', theirs: 'the file as it is now', mine: 'your draft' },
    result: 'Your draft after \u201cKeep both\u201d', resultSame: 'Then the draft is what the file says: nothing is left to apply.',
  },
  broken: {
    draft: 'The draft is not valid JSON', applied: 'The applied settings file is not valid JSON',
    where: 'Line {{line}}, column {{column}}',
    more_one: 'and {{count}} more place', more_other: 'and {{count}} more places',
    appliedMeans: 'Until it is corrected, the gateway keeps the last good policy, or refuses everything if there is none.',
    policy: 'The settings can\u2019t be used as a policy',
    edit: 'Edit the text', discard: 'Discard the draft',
    formsOff: 'Forms can\u2019t show a text that is not JSON. Correct it or discard it.',
  },
  json: {
    title: 'JSON', subtitle: 'The document itself. Forms and this text are two views of one draft; what you don\u2019t touch stays byte for byte.',
    editor: 'admin-settings.json, draft', commands: 'The document', format: 'Format', tab: 'Tab indents. Esc, then Tab leaves.', noFindings: 'Nothing found', findings_one: '{{count}} finding', findings_other: '{{count}} findings',
    position: 'Line {{line}}', noFile: 'There is no settings file yet: ECI is off. The first apply writes {{path}}.', create: 'Start a document',
  },
  /** Completion and explanation in the editor. */
  assist: {
    type: { boolean: 'true or false', string: 'Text', number: 'Number', object: 'Object', list: 'List', any: 'Any value' },
    readBy: { engine: 'Only engines guarded by Bulkhead', desktop: 'Only Docker Desktop', both: 'Every engine' }, only: 'only on {{platform}}', platform: { darwin: 'macOS', win32: 'Windows', linux: 'Linux' },
    values: 'One of: {{values}}', missing: 'If missing: {{value}}', kind: { command: 'Command', group: 'Group', unsupported: 'Can\u2019t be listed' },
    completions: 'What may stand here', fold: 'Fold', unfold: 'Unfold', folded: 'folded text', diagnostics: 'Findings',
  },
  find: {
    find: 'Find', replace: 'Replace', next: 'Next', previous: 'Previous', all: 'All', matchCase: 'Match case', regexp: 'Regular expression', byWord: 'Whole words', replaceAll: 'Replace all', close: 'Close', current: 'Current match', onLine: 'on line', replaced: 'Replaced $ matches', replacedOn: 'Replaced the match on line $', goToLine: 'Go to line', go: 'Go',
  },
};
