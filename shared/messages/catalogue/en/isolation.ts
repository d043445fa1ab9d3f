import { concat } from '../concat.ts';

export const isolation = {
  'isolation.runc-is-not-installed': 'runc is not installed',
  'isolation.install-runc-debian-apt-get-install-runc': 'Install runc (Debian: apt-get install runc).',
  'isolation.build-runtime-sh-runtime-build-sh-and':
    'Build the runtime (sh runtime/build.sh) and see that {{runtimeDir}} can be written.',
  'isolation.sysbox-is-not-installed': 'Sysbox is not installed.',
  'isolation.allow-user-namespaces-sysctl-user-max-user':
    'Allow user namespaces (sysctl user.max_user_namespaces) and use kernel 5.19 or newer.',
  'isolation.put-engine-data-on-ext4-xfs-or': "Put the engine's data on ext4, xfs or btrfs.",
  'isolation.use-kernel-5-19-or-newer-with': 'Use kernel 5.19 or newer with overlayfs.',
  'isolation.isolation-runtime-could-not-be-installed': 'The isolation runtime could not be installed.',
  'isolation.run-engine-on-linux': 'Run the engine on Linux.',
  'isolation.no-user-id': 'no user id',
  'isolation.user': 'user {{uid}}',
  'isolation.run-as-root': 'Run as root.',
  'isolation.use-linux-or-newer': 'Use Linux {{version}} or newer.',
  'isolation.not-found': 'not found',
  'isolation.at': '{{first}} at {{file}}',
  'isolation.is-not-runc': '{{file}} is not runc: {{first}}',
  'isolation.does-not-run': '{{file}} does not run: {{why}}',
  'isolation.is-missing': '{{built}} is missing',
  'isolation.build-it-sh-runtime-build-sh-needs': 'Build it: sh runtime/build.sh (needs gcc).',
  'isolation.could-not-be-tried': 'could not be tried: {{reason}}',
  'isolation.not-tried': 'could not be tried',
  'isolation.found-in-directory': '{{found}} ({{directory}})',
  'isolation.overlay-changes-are-stored-natively': 'overlay changes are stored natively',
  'isolation.overlay-is-on-by-default': "overlay's {{list}} is on by default",
  'isolation.load-overlay-module-with-redirect-dir-off':
    'Load the overlay module with redirect_dir=off metacopy=off.',
  'isolation.install-sysbox-from-its-own-releases-github': concat(
    'Install Sysbox from its own releases (github.com/nestybox/sysbox), or set bulkhead.backend to ',
    '"exclusive".',
  ),
  'isolation.is-not-there': '{{binary}} does not exist',
  'isolation.is-not-sysbox': '{{binary}} is not Sysbox: {{output}}',
  'isolation.does-not-answer-it-hangs': '{{binary}} does not respond: it hangs',
  'isolation.answer': '{{list}} respond',
  'isolation.start-sysbox-services-systemctl-restart-sysbox-containers': concat(
    "Start Sysbox's services (systemctl restart sysbox); containers they served must be restarted ",
    'afterwards.',
  ),
  'isolation.use-docker-engine-or-newer-older-ones':
    'Use Docker Engine {{firstMajorForBuilds}} or newer: older ones build with plain runc, unprotected.',
  'isolation.version-not-understood': 'version not understood: {{stdout}}',
  'isolation.engine-version-could-not-be-learned': "the engine's version could not be read: {{why}}",
  'isolation.selinux-is-enforcing': 'SELinux is enforcing',
  'isolation.selinux-is-not-enforcing': 'SELinux is not enforcing',
  'isolation.sysbox-does-not-work-under-selinux-set':
    'Sysbox does not work under SELinux: set bulkhead.backend to "exclusive".',
  'isolation.engine-program-was-not-found': "the engine's program was not found",
  'isolation.sysbox-cannot-be-used-by-engine-that':
    "Sysbox can't be used by an engine that is a snap: install Docker Engine from packages.",
  'isolation.service-hangs': 'no response within {{seconds}} s: it hangs',
  'isolation.service-closed-connection': 'it closed the connection',
  'isolation.service-has-no-socket': 'there is no socket: it does not run',
  'isolation.nothing-listens-on-its-socket': 'nothing listens on its socket: it has ended',
} as const;
