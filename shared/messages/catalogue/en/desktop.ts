import { concat } from '../concat.ts';

export const desktop = {
  'desktop.quitting-docker-desktop-was-cancelled': 'quitting Docker Desktop was cancelled',
  'desktop.docker-desktop-did-not-quit': 'Docker Desktop did not quit',
  'desktop.it-still-runs-after-s': 'it is still running after {{limit}} s',
  'desktop.quit-it-from-its-menu-then-try': 'Quit it from its menu, then try again.',
  'desktop.docker-desktop-is-not-installed': 'Docker Desktop is not installed',
  'desktop.install-it-or-choose-another-engine': 'Install it, or choose another engine.',
  'desktop.waiting-for-docker-desktop-was-cancelled': 'waiting for Docker Desktop was cancelled',
  'desktop.docker-desktop-did-not-come-up': 'Docker Desktop did not come up',
  'desktop.its-engine-does-not-answer-after-s': 'its engine does not respond after {{limit}} s',
  'desktop.look-at-its-window-it-may-ask': 'Look at its window: it may ask to sign in, or show an error.',
  'desktop.docker-desktop-could-not-start': 'Docker Desktop could not start',
  'desktop.file-it-reads-at-start-is-admin':
    'The file it reads at start is admin-settings.json; an earlier version of it is in History.',
  'desktop.docker-desktop-could-not-be-started': 'Docker Desktop could not be started',
  'desktop.could-not-be-run': '{{program}} could not be run',
  'desktop.ended-with': '{{program}} ended with {{code}}',
  'desktop.is-not-safe-to-write-in': '{{directory}} is not safe to write in',
  'desktop.somebody-other-than-administrator-may-write-there':
    'users other than administrators can write to it',
  'desktop.rights-of-could-not-be-set': 'the rights of {{directory}} could not be set',
  'desktop.on-docker-desktop': '{{what}} on Docker Desktop',
  'desktop.docker-desktop-makes-and-guards-its-containers':
    'Docker Desktop creates and protects its containers itself',
  'desktop.remove-container-and-create-it-again-as':
    'Remove the container, and create it again as it was created.',
  'desktop.draft-of-docker-desktop-is-kept-by': 'the draft of Docker Desktop is kept by administrators',
  'desktop.run-same-command-from-elevated-prompt': 'Run the same command from an elevated prompt.',
  'desktop.health-check-failed': 'the health check failed',
  'desktop.saving-file-of-docker-desktop-needs-administrator':
    'saving the file of Docker Desktop needs an administrator',
  'desktop.images-could-not-be-listed': 'the images could not be listed',
  'desktop.protection-could-not-be-verified-docker-desktop':
    'the protection could not be verified: Docker Desktop does not respond',
  'desktop.start-docker-desktop-and-sign-in-if': 'Start Docker Desktop, and sign in if it asks.',
  'desktop.protection-could-not-be-verified': 'the protection could not be verified',
  'desktop.verification-was-cancelled': 'the verification was cancelled',
  'desktop.verification-could-not-be-kept': 'the verification could not be kept',
  'desktop.reads-file-when-it-starts': 'Docker Desktop reads the file when it starts',
  'desktop.answers': 'Docker Desktop responds',
  'desktop.quitting-docker-desktop': 'quitting Docker Desktop',
  'desktop.no-code': 'no code',
  'desktop.starting-docker-desktop': 'starting Docker Desktop',
  'desktop.waiting-for-docker-desktop': 'waiting for Docker Desktop: {{seconds}} s. It may ask to sign in',
  'desktop.give-it-to-root-with-mode-0755': 'Give it to root with mode 0755, then try again.',
  'desktop.look-at-directory-and-remove-it': concat(
    'Look at what is in it, and remove it as an administrator, then try again; ',
    'or, where it is Docker Desktop\'s: icacls "{{directory}}" /setowner *S-1-5-32-544',
  ),
  'desktop.saving-file-needs-administrator': 'Saving the file of Docker Desktop needs an administrator.',
} as const;
