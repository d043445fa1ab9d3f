import type { AppWindow } from '../../../e2e/app.ts';
import { en } from '../../../shared/messages/window/en/index.ts';
import { report } from './report.ts';

interface PageVisit {
  readonly clock: number;
  readonly processor: number;
}

/** Opens a page by its entry in the navigation: ms from the click to the frame that shows it. */
async function visit({ page }: AppWindow, address: string): Promise<PageVisit> {
  const session = await page.context().newCDPSession(page);
  // Of the main thread, by the processor's clock.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const taskMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find((metric) => metric.name === 'TaskDuration')?.value ?? 0) * 1000;
  };
  const before = await taskMs();
  const clock = await page.evaluate(
    ({ address, loading }) =>
      new Promise<number>((resolve, reject) => {
        const heading = () => document.querySelector('main h1');
        const entry = document.querySelector<HTMLElement>(`nav a[href="${address}"]`);
        const previous = heading();
        if (entry === null) {
          reject(new Error(`no entry ${address}`));
          return;
        }
        const begun = performance.now();
        entry.click();
        const look = () => {
          const current = heading();
          if (
            current === null ||
            current === previous ||
            document.querySelector(`main [role="status"][aria-label="${loading}"]`) !== null
          )
            requestAnimationFrame(look);
          // A task after the frame: it is painted then.
          else
            requestAnimationFrame(() => {
              setTimeout(() => {
                resolve(performance.now() - begun);
              });
            });
        };
        requestAnimationFrame(look);
      }),
    { address, loading: en.loading },
  );
  const processor = (await taskMs()) - before;
  await session.detach();
  return { clock: Math.round(clock), processor: Math.round(processor) };
}

/**
 * How long each page of the navigation takes from the click to the frame that shows it, the first time and
 * later.
 */
export async function measurePages(window: AppWindow): Promise<void> {
  const { page } = window;
  const listed = await page
    .getByRole('navigation')
    .locator('a[href^="#/"]')
    .evaluateAll((entries) => entries.map((entry) => entry.getAttribute('href') ?? ''));
  // The one that is shown last: it is left before.
  const order = [...listed.slice(1), ...listed.slice(0, 1)];
  const first = new Map<string, PageVisit>();
  for (const address of order) first.set(address, await visit(window, address));
  for (const address of order) {
    const later = await visit(window, address);
    const initial = first.get(address) ?? later;
    report({
      name: `Page ${address.slice('#/'.length)}`,
      value: Math.max(initial.clock, later.clock),
      unit: 'ms',
      atMost: 150,
      note:
        `first ${initial.clock}, later ${later.clock}; ` +
        `processor ${initial.processor}, ${later.processor}`,
    });
  }
}
