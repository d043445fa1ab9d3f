/** The settings text as such: broken, unreadable, changed underneath, edited as text. */
export const settingsState = {
  conflict: {
    title: 'Another program changed the settings file',
    body: '{{path}} is not what your draft was started from. Choose before anything is applied.',
    compare: 'Compare…',
    mine: 'Keep mine', theirs: 'Take theirs',
    mineIs: 'Your draft stays and goes on top of the file as it is now.', theirsIs: 'Your draft is replaced by the file. Undo brings it back.',
    diff: 'The file and your draft', legend: '− the file as it is now, + your draft',
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
    editor: 'admin-settings.json, draft', noFindings: 'Nothing found', findings_one: '{{count}} finding', findings_other: '{{count}} findings',
    position: 'Line {{line}}', noFile: 'There is no settings file yet: ECI is off. The first apply writes {{path}}.', create: 'Start a document',
  },
};
