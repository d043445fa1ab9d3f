import { spawn } from 'node:child_process';
import { unscaledLimits } from '../../shared/process/time-limits.ts';
import type { PlanBuilder } from '../base/plan.ts';
import { started } from '../base/started.ts';

/**
 * Has the runtime perform a plan in our mount namespace: Node has no mount calls. Rejects with its error
 * message, and if it does not end in time: then a mount hangs in the kernel (a file system whose server does
 * not respond).
 */
export async function perform(runtimeBinary: string, plan: PlanBuilder): Promise<void> {
  if (plan.empty) return;
  const bytes = plan.encode();
  const child = await started(() =>
    spawn(runtimeBinary, ['--bulkhead-perform'], { stdio: ['pipe', 'ignore', 'pipe'] }),
  );
  await new Promise<void>((resolve, reject) => {
    let errors = '';
    // Gives up after this time, even if the process cannot be killed.
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error('a mount or unmount does not end'));
    }, unscaledLimits.mountPlan);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.stdin.on('error', () => undefined); // it ended early: its exit status gives the reason
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else reject(new Error(errors.trim() || `the runtime ended with ${code ?? signal ?? 'nothing'}`));
    });
    child.stdin.end(bytes);
  });
}
