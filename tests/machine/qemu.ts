import { execFile, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../scripts/free-port.mjs';
import { howEnded, killAndWait, type VirtualMachine, type VirtualMachineFiles } from './virtual-machine.ts';

const run = promisify(execFile);

/**
 * Without what is slow in an emulated processor: mitigations of vulnerabilities, and clearing and checking
 * memory once more than needed.
 */
const kernelParameters =
  'root=/dev/vda rw rootflags=noinit_itable console=ttyS0 net.ifnames=0 quiet ' +
  'mitigations=off init_on_alloc=0 hardened_usercopy=off randomize_kstack_offset=off';
/**
 * All features that QEMU emulates, but those that make an emulated machine slower: clearing and copying
 * memory with `rep stosb` and `rep movsb`, emulated byte by byte; the fifth level of page tables; vectors of
 * 256 bits; checks of each access to a user's memory, and tags of page tables.
 */
const processor = 'max,-erms,-fsrm,-la57,-avx,-avx2,-f16c,-fma,-smap,-smep,-pku,-pcid';
/** Observed during boots: the emulator loses the timer of a processor, and the kernel waits forever. */
const lostTimer = 'Possible timer handling issue';
const attachedDisk = 'attached.img';

export interface QemuOptions extends VirtualMachineFiles {
  readonly kernel: string;
  readonly initrd: string;
  /** A directory of this machine, which the guest has on its second disk, `/dev/vdb`. */
  readonly attach: string | undefined;
}

/**
 * Starts an emulated machine with two processors, without KVM: about ten times slower than its host. Its port
 * for ssh is forwarded. QEMU ends with this process, however that ends.
 */
export async function startQemu(options: QemuOptions): Promise<VirtualMachine> {
  const { attach, directory } = options;
  const overlay = path.join(directory, 'overlay.qcow2');
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', options.disk, '-F', 'raw', overlay]);
  if (attach !== undefined) {
    await run('truncate', ['--size=2G', path.join(directory, attachedDisk)]);
    await run('mkfs.ext4', ['-q', '-F', '-d', attach, path.join(directory, attachedDisk)]);
  }
  const port = await freePort();
  const qemu = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...qemuArguments(options, overlay, port)],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  const reset = () => {
    qemu.stdin?.write('system_reset\n');
  };
  return {
    disk: { device: '/dev/vda', major: 254 },
    ssh: { prefix: [], host: '127.0.0.1', port },
    get ended() {
      return howEnded(qemu);
    },
    loadPauseSeconds: 10,
    rebootCommand: 'systemctl reboot',
    reboot: () => Promise.resolve(),
    powerCycle: () => {
      reset();
      return Promise.resolve();
    },
    recoverBoot(written) {
      if (!written.includes(lostTimer)) return false;
      reset();
      return true;
    },
    // QEMU has it open: it occupies no space once QEMU has ended.
    releaseFiles: () => rm(overlay, { force: true }),
    stop: () => killAndWait(qemu),
  };
}

function qemuArguments(options: QemuOptions, overlay: string, port: number): string[] {
  return [
    ...['-accel', 'tcg,thread=multi,tb-size=1024', '-cpu', processor, '-smp', '2', '-m', '4096'],
    ...['-display', 'none', '-monitor', 'stdio', '-serial', `file:${options.consoleLog}`],
    ...['-kernel', options.kernel, '-initrd', options.initrd],
    ...['-append', kernelParameters],
    ...['-drive', `file=${overlay},if=virtio,format=qcow2,cache=unsafe`],
    ...(options.attach === undefined
      ? []
      : ['-drive', `file=${path.join(options.directory, attachedDisk)},if=virtio,format=raw,readonly=on`]),
    ...['-netdev', `user,id=n0,hostfwd=tcp:127.0.0.1:${port}-:22`],
    ...['-device', 'virtio-net-pci,netdev=n0', '-device', 'virtio-rng-pci'],
  ];
}
