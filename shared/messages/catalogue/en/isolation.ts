export const isolation = {
  'isolation.runc-is-not-installed': 'runc is not installed',
  'isolation.install-runc-debian-apt-get-install-runc': 'Install runc (Debian: apt-get install runc).',
  'isolation.build-runtime-sh-runtime-build-sh-and':
    'Build the runtime (sh runtime/build.sh) and see that {{runtimeDir}} can be written.',
  'isolation.sysbox-is-not-installed': 'Sysbox is not installed.',
} as const;
