export const apply = {
  'apply.applying-hit-defect': 'applying hit a defect',
  'apply.apply-was-cancelled': 'the apply was cancelled',
  'apply.nothing-of-it-is-left-draft-is': 'Nothing of it is left; the draft is kept.',
  'apply.backup-could-not-be-written': 'the backup could not be written',
  'apply.nothing-was-changed-make-room-or-give':
    'Nothing was changed. Make room or give write permission, then try again.',
  'apply.text-being-applied-is-gone-from-backup': 'the text being applied is gone from the backup',
  'apply.backup-cannot-be-read': 'the backup cannot be read',
  'apply.backup-of-cannot-be-read': 'the backup of {{file}} cannot be read',
  'apply.clean-up-after-applying-hit-defect': 'the clean-up after applying hit a defect',
  'apply.look-at-list-of-containers': 'Look at the list of containers.',
  'apply.recording-version-hit-defect': 'recording the version hit a defect',
  'apply.interrupted-apply-could-not-be-rolled-back': 'an interrupted apply could not be rolled back',
  'apply.files-as-they-were-are-in': 'The files as they were are in {{backupDir}}.',
  'apply.apply-was-interrupted': 'the apply was interrupted',
  'apply.its-process-ended-during': 'its process ended during "{{step}}"',
  'apply.draft-is-kept-plan-and-apply-it': 'The draft is kept: plan and apply it again.',
  'apply.rolling-back-hit-defect': 'rolling back hit a defect',
  'apply.settings-file-was-changed-by-another-program':
    'the settings file was changed by another program meanwhile',
  'apply.look-at-what-changed-then-plan-again': 'Look at what changed, then plan again.',
  'apply.protection-could-not-be-shown-from-inside':
    'the protection could not be shown from inside real containers',
  'apply.no-probe-ran': 'no probe ran',
  'apply.see-log-bulkhead-verify-runs-same-probes': 'See the log; bulkhead verify runs the same probes.',
  'apply.there-is-no-draft-yet-and-nothing': 'There is no draft yet, and nothing is applied.',
  'apply.under-these-settings-gateway-refuses-to-recreate':
    'Under these settings the gateway refuses to recreate {{list}}. Change the setting named with it, or leave it as it is.',
  'apply.and-more': '{{first}} (and {{more}} more)',
  'apply.draft-is-what-is-applied-already': 'The draft is what is applied already.',
  'apply.bulkhead-is-never-written-for-docker-desktop':
    '"bulkhead" is never written for Docker Desktop: nothing there reads it. Remove it.',
  'apply.no-isolation-backend-can-run-on-this': 'No isolation backend can run on this machine.',
  'apply.what-it-does-could-not-be-verified': 'What it does could not be verified from here: {{found}}.',
  'apply.isolation-cannot-run-on-this-machine': "Isolation can't run on this machine: {{code}}: {{found}}.",
} as const;
