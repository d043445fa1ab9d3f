import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectToPage, type DebuggedPage } from '../../e2e/debugged-page.ts';
import { windowPackages } from '../../scripts/debian-packages.mjs';
import { artifacts, at } from '../../scripts/paths.mjs';
import { Guest } from './guest.ts';
import { installPackage, parseIdMap } from './product.ts';

const run = promisify(execFile);
const firstOf = (alternatives: string): string => alternatives.split(' | ')[0] ?? alternatives;
const extraPackages = [...windowPackages.map(firstOf), 'xvfb', 'xauth', 'fonts-noto-cjk'];
/** A window in an emulated machine. */
const patientMs = 420_000;
const debuggingPort = 9222;

// The desktop package over the machine's own engine: alice is no administrator; polkit lets her be one here.
describe("the window on the machine's own Docker Engine", () => {
  let guest: Guest;
  let packaged: string;
  let page: DebuggedPage;

  beforeAll(async () => {
    packaged = await mkdtemp(path.join(tmpdir(), 'bulkhead-desktop-'));
    await run(process.execPath, [at('scripts', 'forge.mjs'), 'package', '--no-set-up', '--out', packaged], {
      timeout: 600_000,
    });
    guest = await Guest.boot({ extraPackages, attach: path.join(packaged, 'Bulkhead-linux-x64') });
    await guest.output(`mkdir -p /usr/lib/bulkhead-desktop && mount -o ro /dev/vdb /usr/lib/bulkhead-desktop
docker import -c 'CMD ["sh"]' /usr/local/share/busybox.tar busybox
docker run -d --name old --restart always busybox sleep 1000000
cat > /etc/polkit-1/rules.d/10-alice.rules <<'END'
polkit.addRule(function (action, subject) {
  if (action.id.indexOf('io.bulkhead.') === 0 && subject.user === 'alice') return polkit.Result.YES;
});
END`);
    await installPackage(guest);
    await guest.output('bulkhead install --yes', { timeoutMs: 600_000 });
  }, 1_800_000);
  afterAll(async () => {
    page?.close();
    await guest?.saveOutput('cat ~alice/app.log; journalctl --no-pager', 'machine-window-journal.log');
    await guest?.stop();
    await rm(packaged, { recursive: true, force: true });
  }, 120_000);

  const shows = (text: string) => page.until(`document.body?.innerText.includes(${JSON.stringify(text)})`);
  const screenshot = async (name: string) => {
    await mkdir(path.join(artifacts, 'screenshots'), { recursive: true });
    await writeFile(path.join(artifacts, 'screenshots', `machine-${name}.png`), await page.screenshot());
  };

  it('opens it by default', async () => {
    await guest.output(
      `Xvfb :5 -screen 0 1280x800x24 >/dev/null 2>&1 &
until [ -e /tmp/.X11-unix/X5 ]; do sleep 0.2; done
runuser -u alice -- env -i PATH=/usr/bin:/bin LANG=C.UTF-8 DISPLAY=:5 HOME=/home/alice USER=alice \\
  setsid /usr/lib/bulkhead-desktop/bulkhead-app \\
  --no-sandbox --remote-debugging-port=${debuggingPort} >/home/alice/app.log 2>&1 </dev/null &`,
    );
    page = await connectToPage(await guest.forward(debuggingPort), patientMs);
    await shows('Protect this engine');
    await screenshot('first-run');
    await shows('/run/docker.sock');
  });

  it("applies a first policy there, with the administrator's rights through polkit", async () => {
    const buttons = ['Continue', 'Continue', 'Review the changes', 'Continue to review'];
    for (const button of buttons) await page.click('button', button);
    await shows('It does not restart, and no container stops.');
    await screenshot('review');
    await page.click('button', 'Apply');
    await screenshot('applying');
    await shows('Version 1 is applied');
    await screenshot('applied');
    const map = await guest.output('docker run --rm busybox cat /proc/self/uid_map', { user: 'alice' });
    expect(parseIdMap(map).count).toBe(65_536);
    expect(await guest.output("docker inspect --format '{{.State.Running}}' old")).toBe('true');
  });
});
