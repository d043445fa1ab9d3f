import { concat } from '../concat.ts';

export const isolation = {
  'isolation.runc-not-installed': 'runc is not installed',
  'isolation.install-runc': 'Install runc (Debian: apt-get install runc).',
  'isolation.build-runtime':
    'Build the runtime (sh runtime/build.sh) and see that {{runtimeDir}} can be written.',
  'isolation.sysbox-not-installed': 'Sysbox is not installed.',
  'isolation.allow-user-namespaces':
    'Allow user namespaces (sysctl user.max_user_namespaces) and use kernel 5.19 or newer.',
  'isolation.use-supported-file-system': "Put the engine's data on ext4, xfs or btrfs.",
  'isolation.use-kernel-with-overlayfs': 'Use kernel 5.19 or newer with overlayfs.',
  'isolation.runtime-not-installed': 'The isolation runtime could not be installed.',
  'isolation.run-engine-on-linux': 'Run the engine on Linux.',
  'isolation.no-user-id': 'no user id',
  'isolation.user': 'user {{uid}}',
  'isolation.run-as-root': 'Run as root.',
  'isolation.use-newer-linux': 'Use Linux {{version}} or newer.',
  'isolation.not-found': 'not found',
  'isolation.found-at': '{{first}} at {{file}}',
  'isolation.not-runc': '{{file}} is not runc: {{first}}',
  'isolation.program-does-not-run': '{{file}} does not run: {{why}}',
  'isolation.program-missing': '{{built}} is missing',
  'isolation.build-it': 'Build it: sh runtime/build.sh (needs gcc).',
  'isolation.not-tried-because': 'could not be tried: {{reason}}',
  'isolation.not-tried': 'could not be tried',
  'isolation.found-in-directory': '{{found}} ({{directory}})',
  'isolation.overlay-stored-natively': 'overlay changes are stored natively',
  'isolation.overlay-option-on': "overlay's {{list}} is on by default",
  'isolation.load-overlay-module': 'Load the overlay module with redirect_dir=off metacopy=off.',
  'isolation.install-sysbox': concat(
    'Install Sysbox from its own releases (github.com/nestybox/sysbox), or set bulkhead.backend to ',
    '"exclusive".',
  ),
  'isolation.sysbox-program-missing': '{{binary}} does not exist',
  'isolation.not-sysbox': '{{binary}} is not Sysbox: {{output}}',
  'isolation.sysbox-hangs': '{{binary}} does not respond: it hangs',
  'isolation.services-respond': '{{list}} respond',
  'isolation.start-sysbox-services': concat(
    "Start Sysbox's services (systemctl restart sysbox); containers they served must be restarted ",
    'afterwards.',
  ),
  'isolation.use-newer-docker-engine':
    'Use Docker Engine {{firstMajorForBuilds}} or newer: older ones build with plain runc, unprotected.',
  'isolation.version-not-understood': 'version not understood: {{stdout}}',
  'isolation.engine-version-unreadable': "the engine's version could not be read: {{why}}",
  'isolation.selinux-enforcing': 'SELinux is enforcing',
  'isolation.selinux-not-enforcing': 'SELinux is not enforcing',
  'isolation.sysbox-under-selinux':
    'Sysbox does not work under SELinux: set bulkhead.backend to "exclusive".',
  'isolation.engine-program-missing': "the engine's program was not found",
  'isolation.sysbox-with-snap':
    "Sysbox can't be used by an engine that is a snap: install Docker Engine from packages.",
  'isolation.service-hangs': 'no response within {{seconds}} s: it hangs',
  'isolation.service-closed-connection': 'it closed the connection',
  'isolation.service-has-no-socket': 'there is no socket: it does not run',
  'isolation.service-not-listening': 'nothing listens on its socket: it has ended',
} as const;
