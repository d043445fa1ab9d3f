/** Words used on more than one page: states, outcomes, times, buttons. The state words are the design language's, exactly. */
export const common = {
  state: {
    protected: 'Protected', unprotected: 'Unprotected', unverified: 'On, not verified', audit: 'Audit mode', off: 'Off', stopped: 'Engine stopped',
  },
  outcome: { denied: 'Denied', changed: 'Changed', allowed: 'Allowed', 'not-allowed': 'Not allowed' },
  severity: { error: 'Error', warning: 'Warning', note: 'Note' },
  mark: { added: 'Added', edited: 'Edited', removed: 'Removed', undo: 'Undo this change', undoNamed: 'Undo the change to {{name}}' },
  time: {
    justNow: 'just now', dateTime: '{{date}}, {{time}}', yesterday: 'yesterday, {{time}}', ago: '{{duration}} ago', seconds: '{{count}} s', minutes: '{{count}} min', hours: '{{count}} h',
    days_one: '{{count}} day', days_other: '{{count}} days', months_one: '{{count}} month', months_other: '{{count}} months', years_one: '{{count}} year', years_other: '{{count}} years',
  },
  join: { name: ', ', clause: ', ', sentence: '{{text}}.', sentences: ' ', labelled: '{{what}}: {{text}}' },
  list: { more: '{{names}} and {{count}} more', showMore: 'Show {{count}} more of {{total}}' },
  button: {
    cancel: 'Cancel', close: 'Close', copy: 'Copy', copied: 'Copied', tryAgain: 'Try again', undo: 'Undo', discard: 'Discard…', keepEditing: 'Keep editing', clear: 'Clear',
    startEngine: 'Start engine',
  },
  locked: { by: 'Locked by {{who}}', applyRun: 'the apply under way' },
  loading: 'Loading',
  unknown: 'Unknown',
};
