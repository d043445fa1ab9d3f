/** What failed, by error code. Why and what to do come with the error itself. */
export const errors = {
  'settings.syntax': 'The settings file is not valid JSON', 'settings.unreadable': 'The settings file can\u2019t be read', 'settings.unwritable': 'The settings file can\u2019t be written',
  'settings.conflict': 'The settings file was changed by another program', 'settings.draft-changed': 'The draft is no longer what was reviewed', 'settings.findings': 'The settings can\u2019t be used as a policy', 'settings.too-large': 'The settings file is too large',
  'settings.locked': 'The administrator has set this for everybody',
  'settings.pointer': 'This setting could not be found in the document', 'settings.version-unknown': 'This version of the settings is not known',
  'daemon-json.invalid': 'The engine\u2019s daemon.json is not valid', 'daemon-json.conflict': 'The engine\u2019s daemon.json contradicts these settings', 'daemon-json.unwritable': 'The engine\u2019s daemon.json can\u2019t be written',
  'engine.not-installed': 'No Docker Engine is installed', 'engine.unreachable': 'The engine does not answer', 'engine.start-failed': 'The engine did not start', 'engine.stop-failed': 'The engine did not stop',
  'engine.not-ready': 'The engine is not ready', 'engine.root-invalid': 'The engine\u2019s directory can\u2019t be used', 'engine.already-running': 'The engine is already running', 'engine.request-failed': 'The engine refused the request',
  'engine.changed': 'Another engine was opened meanwhile',
  'isolation.requirement-missing': 'This machine lacks something ECI needs', 'isolation.install-failed': 'The isolation runtime could not be installed', 'isolation.planner-failed': 'The isolation planner failed',
  'apply.in-progress': 'Settings are being applied already', 'apply.cancelled': 'Applying was stopped', 'apply.nothing-to-apply': 'There is nothing to apply', 'apply.rolled-back': 'Applying failed and was rolled back',
  'apply.rollback-failed': 'Rolling back failed', 'apply.not-confirmed': 'Applying was not confirmed',
  'verify.failed': 'Verifying failed', 'verify.no-image': 'There is no image to verify with',
  'containers.not-found': 'The container no longer exists', 'containers.running': 'The container is running', 'containers.remove-failed': 'The container could not be removed', 'containers.recreate-failed': 'The container could not be recreated', 'containers.recreate-blocked': 'The container can\u2019t be recreated as it is', 'containers.not-healthy': 'The new container did not stay well',
  'rights.not-root': 'Administrator rights are needed', 'ipc.bad-payload': 'The app sent a request that was refused', 'ipc.bad-sender': 'The request came from where none may come',
  'input.unusable': 'The input can\u2019t be used', internal: 'Something went wrong inside Bulkhead',
  why: 'Why', copyWhy: 'Copy why',
};
