export const isolation = {
  title: 'Isolation',
  subtitle: 'Runs every container in a user namespace of its own, so that root inside is nobody outside.',
  requirement: {
    root: 'Administrator rights', linux: 'Linux', kernel: 'Linux kernel', 'mount-api': 'Kernel mount API', 'idmapped-mounts': 'Id-mapped mounts', 'overlay-fd-layers': 'Overlay layers by descriptor', runc: 'runc', 'runtime-built': 'The bulkhead-runc program',
    'storage-driver': 'Storage driver', 'native-overlay-diff': 'Native overlay diff', planner: 'Isolation planner', 'sysbox-installed': 'Sysbox',
  },
};
