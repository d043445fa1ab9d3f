/** A difference from a stock engine that is on purpose. One that is not seen any more fails the comparison: the list stays short and true. */
export interface Explained {
  readonly why: string;
  /** Requirement it follows from. */
  readonly spec: string;
  /** By observation (`group: name`), what is seen with ECI on. */
  readonly shows: Readonly<Record<string, RegExp>>;
}

export const explained: readonly Explained[] = [
  {
    why: 'A container has a user namespace and the ids 0 to 65535 of it; files of other ids belong to nobody (65534), and nobody can become them.', spec: 'A2, A3',
    shows: {
      '/proc, /sys, /dev: uid_map': /^\s*0\s+[1-9]\d+\s+65536$/,
      'files of the image: owned by 65536': /^65534 65534 644/,
      'files of the image: owned by 70000': /^65534 65534 644/,
      'files of the image: owned by 100000': /^65534 65534 644/,
      'files of the image: names of owners': /nobody nogroup 100000\n[\s\S]*nobody nogroup 65536\nnobody nogroup 70000/,
      'files made inside: chown to 65536': /Invalid argument/,
      'files made inside: chown to 1000000': /Invalid argument/,
      'users the engine refuses: a user id above the range': /cannot set uid to unmapped user in user namespace/,
      '/proc, /sys, /dev: range of ping': /^0\s+65535$/,
    },
  },
  {
    why: 'What belongs to the machine (/proc, /sys, its devices) belongs to nobody inside; what root may write there it could write only as the machine\'s root.', spec: 'A5',
    shows: {
      'files of the image: directories the engine makes': /\/proc 65534 65534 555\n\/sys 65534 65534 555/,
      '/proc, /sys, /dev: owner of /proc files': /\/proc\/cpuinfo 65534 65534 444\n\/proc\/sys\/kernel\/hostname 65534 65534 644/,
      'systempaths=unconfined: writing a sysctl': /Permission denied/,
    },
  },
  {
    why: 'Devices cannot be made in a user namespace: the machine\'s harmless ones are bound into /dev, one by one, and belong to nobody. No others are given, --privileged included.', spec: 'A5',
    shows: {
      '/proc, /sys, /dev: /dev': /crw-rw-rw- nobody nogroup null/,
      '/proc, /sys, /dev: mount points in order': /^\/dev\/null$/m,
      '/proc, /sys, /dev: types of file systems': /^\/dev\/null devtmpfs$/m,
      'files made inside: mknod of a device that is allowed': /Operation not permitted/,
      'files made inside: mknod of a disk': /mknod: \/tmp\/y: Operation not permitted/,
      'devices: their owners': /^65534 65534$/,
      '--privileged: mknod': /Operation not permitted/,
      '--privileged: loop and disk devices': /^0$/,
      '--privileged: /dev/kmsg': /No such file/,
      '--privileged: kernel log': /Operation not permitted/,
    },
  },
  {
    why: 'Mount options name what the kernel did: id-mapped mounts, and owners of tmpfs as the machine numbers them.', spec: 'A2',
    shows: {
      '/proc, /sys, /dev: options of mounts': /^\/etc\/hosts rw,relatime,idmapped$/m,
      '/proc, /sys, /dev: super options of /dev': /^\/dev rw,nosuid,size=65536k,mode=755,uid=[1-9]\d+,gid=[1-9]\d+$/m,
      '--read-only --tmpfs: the default': /^rw,nosuid,nodev,noexec,relatime,uid=[1-9]\d+,gid=[1-9]\d+\n0 0 1777$/,
      '--read-only --tmpfs: size, mode, owner': /^33 2000 700\n1024\nrw,/,
      '--init: mount of init': /idmapped$/,
    },
  },
  {
    why: 'The group of the message queues\' directory is not mapped: runc makes their namespace before it is the new root\'s group. Their owner and mode are the same.', spec: 'A2',
    shows: { '/proc, /sys, /dev: /dev/mqueue': /^0 65534 1777$/ },
  },
  {
    why: 'kernel.domainname can be set by the machine\'s root alone; runc before 1.2 has no other way to set it. The names in /etc/hosts, which programs ask, are the same.', spec: 'A2',
    shows: { 'limits and sysctls: host name': /^boxed\nboxed\.test\.local\n\(none\)\nboxed$/ },
  },
];
