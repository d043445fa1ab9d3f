import { execScript, output, runningScript, wrote, type Attempt } from '../attempt.ts';

/**
 * Containers with kernel settings of their own, against the machine's: by whatever path one of them is
 * reached, a write must fail. Written is the value that it has.
 */
const setting = '/proc/sys/kernel/panic';
/** `write FILE TYPE`: writes to a file of the kernel's, and to no file that covers it. */
const functions =
  'write() { [ "$(stat -f -c %t $1)" = ${2:-9fa0} ] && v=$(cat $1) && ' +
  'printf %s "$v" > $1 && echo written; }; ';
const labels = { 'io.bulkhead.kernel-settings': 'emulated' };

interface Row {
  readonly id: string;
  readonly title: string;
  readonly script: string;
}

function reaching({ id, title, script }: Row): Attempt {
  return {
    id: `kernel-setting-${id}`,
    class: 'confinement',
    title,
    outcome: 'confined',
    attempt: (side) =>
      runningScript(side, `stat -f -c 'is %t' ${setting}; ${functions}${script}`, {
        Labels: labels,
        HostConfig: { Privileged: true },
      }),
    breach: async (side) => {
      if (side.name === 'gateway' && !(await output(side, side.tag)).includes('is 1021994\n'))
        throw new Error('the container has no kernel settings of its own');
      return wrote('written')(side, []);
    },
  };
}

const rows: readonly Row[] = [
  { id: 'file', title: 'a kernel setting that the container has a file for', script: `write ${setting}` },
  { id: 'unmounted', title: 'its file is unmounted', script: `umount ${setting}; write ${setting}` },
  {
    id: 'detached',
    title: 'its file is detached while it is open',
    script: `exec 3< ${setting}; umount -l ${setting}; write ${setting}; write /proc/self/fd/3`,
  },
  {
    id: 'moved',
    title: 'its file is moved elsewhere',
    script: `touch /t; mount --move ${setting} /t; write ${setting}`,
  },
  {
    id: 'remounted',
    title: 'everything above it is mounted again, writable',
    script:
      'for m in /proc /proc/sys /proc/sys/kernel; do mount -o remount,rw $m; mount -o remount,bind,rw $m; ' +
      `done; umount ${setting}; write ${setting}`,
  },
  {
    id: 'another-proc',
    title: 'in another /proc',
    script: 'mkdir /p; mount -t proc p /p; write /p/sys/kernel/panic',
  },
  {
    id: 'replaced-proc',
    title: 'in a /proc in place of the first',
    script: `umount -l /proc; mount -t proc p /proc; write ${setting}`,
  },
  {
    id: 'another-pid-namespace',
    title: 'in a /proc of another pid namespace',
    script: `unshare -mpf sh -c '${functions}mount -t proc p /proc; write ${setting}'`,
  },
  {
    id: 'directory',
    title: 'by its directory mounted elsewhere, without what is mounted in it',
    script: 'mkdir /p; mount --bind /proc/sys/kernel /p; write /p/panic',
  },
  {
    id: 'open-directory',
    title: 'from a directory that stays open when /proc is gone',
    script: 'cd /proc/sys/kernel; umount panic; umount -l /proc; write ./panic',
  },
  {
    id: 'root-of-process',
    title: "through the first process's root and working directory",
    script: `cd /; write /proc/1/root${setting}; umount ${setting}; write /proc/1/cwd${setting}`,
  },
  {
    id: 'spare',
    title: 'in the /proc that user namespaces need, below what covers it',
    script:
      'for i in 1 2 3 4; do for p in /dev/proc /proc; do write $p/sys/kernel/panic; done; ' +
      'umount -l /dev; done',
  },
  {
    id: 'another-setting',
    title: 'a setting that it has no file for',
    script: 'write /proc/sys/kernel/printk; write /proc/sys/fs/file-max',
  },
  {
    id: 'module-parameter',
    title: "a module's parameter, mounted again, writable",
    script: 'mount -o remount,rw /sys; write /sys/module/printk/parameters/time 62656572',
  },
];

export const kernelSettingAttempts: readonly Attempt[] = [
  ...rows.map(reaching),
  {
    id: 'kernel-setting-exec',
    class: 'confinement',
    title: 'a privileged exec unmounts the file of a kernel setting and writes',
    outcome: 'confined',
    attempt: async (side) => {
      const name = `/v1.45/containers/${side.tag}`;
      await side.send(
        'POST',
        `/v1.45/containers/create?name=${side.tag}`,
        JSON.stringify({
          Image: 'busybox',
          Cmd: ['sleep', '600'],
          Labels: labels,
          HostConfig: { Privileged: true },
        }),
      );
      await side.send('POST', `${name}/start`);
      return execScript(side, `${functions}umount ${setting}; write ${setting}`);
    },
    breach: (_side, responses) => Promise.resolve(responses.at(-1)?.text.includes('written') === true),
  },
];
