import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';

/**
 * The app's page through Chromium's debugging port: Playwright cannot drive this old browser from outside.
 */
export interface DebuggedPage {
  /** The value of an expression in the page; a promise is awaited. Rejects if it throws. */
  evaluate(expression: string): Promise<unknown>;
  /** Waits until an expression of the page is true. Rejects with the page's content if it never is. */
  until(expression: string): Promise<void>;
  /**
   * Clicks the last enabled element of `selector` with this text, like a mouse, once it exists and nothing
   * covers it.
   */
  click(selector: string, text: string): Promise<void>;
  /** A PNG of the page. */
  screenshot(): Promise<Buffer>;
  close(): void;
}

const reply = z.object({
  id: z.number().optional(),
  result: z
    .object({
      data: z.string().optional(),
      result: z.object({ value: z.unknown().optional() }).optional(),
      exceptionDetails: z.unknown().optional(),
    })
    .optional(),
});
type Reply = NonNullable<z.infer<typeof reply>['result']>;

const pointSchema = z.object({ x: z.number(), y: z.number() });

/**
 * An expression of the page: the middle of the last enabled element of `selector` with this text, as `{ x, y
 * }`; null while there is none or something covers it.
 */
const middleOf = (selector: string, text: string): string => `(() => {
  const element = [...document.querySelectorAll(${JSON.stringify(selector)})].findLast(
    (one) => one.textContent.trim() === ${JSON.stringify(text)} && !one.disabled,
  );
  if (element === undefined) return null;
  element.scrollIntoView({ block: 'nearest' });
  const { left, top, width, height } = element.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  return element.contains(document.elementFromPoint(x, y)) ? { x, y } : null;
})()`;

/**
 * Connects to the app's own page, once it shows its title. `withinMs`: for the page to exist, and for what
 * `until` and `click` wait for.
 */
export async function connectToPage(port: string, withinMs = 60_000): Promise<DebuggedPage> {
  const socket = new WebSocket(await addressOfOwnPage(port, withinMs));
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => {
      reject(new Error('the page took no debugger'));
    };
  });
  const waiting = new Map<number, (result: Reply) => void>();
  socket.onmessage = ({ data }) => {
    const { id, result = {} } = reply.parse(JSON.parse(String(data)));
    if (id === undefined) return;
    waiting.get(id)?.(result);
    waiting.delete(id);
  };
  let last = 0;
  const call = (method: string, params: object): Promise<Reply> =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await call('Runtime.evaluate', {
      ...{ expression, awaitPromise: true, returnByValue: true },
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return result?.value;
  };
  await evaluate(
    "new Promise((done) => { const look = () => { if (document.querySelector('main h1') !== null) " +
      'done(); else requestAnimationFrame(look); }; look(); })',
  );
  const until = async (expression: string): Promise<void> => {
    await evaluate(`new Promise((done, fail) => {
      const end = Date.now() + ${withinMs};
      const look = () => {
        if (${expression}) done();
        else if (Date.now() > end)
          fail(new Error(${JSON.stringify(expression)} + ' is not so: ' + document.body?.innerText));
        else setTimeout(look, 100);
      };
      look();
    })`);
  };
  return {
    evaluate,
    until,
    click: async (selector, text) => {
      const middle = middleOf(selector, text);
      await until(`${middle} !== null`);
      const { x, y } = pointSchema.parse(await evaluate(middle));
      for (const type of ['mouseMoved', 'mousePressed', 'mouseReleased'])
        await call('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
    },
    screenshot: async () =>
      Buffer.from((await call('Page.captureScreenshot', { format: 'png' })).data ?? '', 'base64'),
    close: () => {
      socket.close();
    },
  };
}

const pages = z.array(z.object({ url: z.string(), webSocketDebuggerUrl: z.string().optional() }));

/** The debugger's address of the app's own page, once there is one. */
async function addressOfOwnPage(port: string, withinMs: number): Promise<string> {
  let found: unknown;
  for (const deadline = Date.now() + withinMs; ;) {
    found = await fetch(`http://127.0.0.1:${port}/json`).then(
      (response) => response.json(),
      (error: unknown) => ({ error: String(error) }),
    );
    const own = pages
      .safeParse(found)
      .data?.find((target) => target.url.startsWith('app://bulkhead/'))?.webSocketDebuggerUrl;
    if (own !== undefined) return own;
    if (Date.now() > deadline)
      throw new Error(`the packaged app shows no page of its own: ${JSON.stringify(found)}`);
    await delay(50);
  }
}
