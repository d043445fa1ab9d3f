import { afterEach, beforeAll, expect, it } from 'vitest';
import { appState } from './app-fixture.ts';

const window = document.defaultView;
if (window === null) throw new Error('the document has no window');
/** jsdom's own; what is imported replaces it. */
const computeAll = window.getComputedStyle;
let renderApp: typeof import('./render-app.tsx').renderApp;
beforeAll(async () => {
  ({ renderApp } = await import('./render-app.tsx'));
});
afterEach(() => {
  document.head.replaceChildren();
  document.body.replaceChildren();
});

/** Of every element of the document: what it is, and whether it is displayed and visible. */
function styles(compute: typeof computeAll): string[] {
  return [...document.querySelectorAll('*')].map((element) => {
    const style = compute(element);
    const values = [style.display, style.visibility];
    expect(values).toEqual(['display', 'visibility'].map((name) => style.getPropertyValue(name)));
    const { tagName, attributes } = element;
    return [tagName, ...[...attributes].map(({ name, value }) => `${name}=${value}`), ...values].join(' ');
  });
}

it.each(['isolation', 'json'] as const)('displays on the page %s what jsdom displays', async (page) => {
  await renderApp(appState(), page);
  expect(window.getComputedStyle).not.toBe(computeAll);
  expect(styles(window.getComputedStyle)).toEqual(styles(computeAll));
});

const markup = `
  <div hidden><p id="inside">in what is hidden</p></div>
  <div style="visibility: hidden"><b>inherits</b><b style="visibility: visible">does not</b></div>
  <div style="display: none"><i>inside</i></div><i style="display: inherit">i</i>
  <table hidden><tbody hidden><tr><td>cell</td></tr></tbody></table><embed hidden><embed>
  <input type="hidden" style="display: block"><input type="HIDDEN"><input><button hidden>b</button>
  <details><summary>one</summary><summary>two</summary></details><details open><summary>s</summary></details>
  <dialog>closed</dialog><dialog open>open</dialog><div popover>p</div><div hidden="until-found">later</div>
  <template>t</template><noscript>n</noscript><svg style="display: none"><g hidden><text>x</text></g></svg>
  <p class="gone">gone</p><p class="unseen"><u>unseen</u></p><p class="nested">in a medium</p>`;

it('handles attributes, inline styles and inheritance like jsdom', () => {
  document.body.innerHTML = markup;
  expect(styles(window.getComputedStyle)).toEqual(styles(computeAll));
});

it('applies style sheets of the document, also ones added later, and added rules', () => {
  document.body.innerHTML = markup;
  const before = styles(window.getComputedStyle);
  const sheet = document.createElement('style');
  sheet.textContent =
    '.gone { display: none } .unseen { visibility: hidden } @media all { .nested { display: flex } }';
  document.head.append(sheet);
  const with3 = styles(window.getComputedStyle);
  expect(with3).toEqual(styles(computeAll));
  expect(with3.filter((line) => !before.includes(line)).length).toBeGreaterThanOrEqual(4);
  sheet.sheet?.insertRule('table { display: inline-table !important }');
  expect(styles(window.getComputedStyle)).toEqual(styles(computeAll));
  expect(window.getComputedStyle(document.querySelector('table') ?? document.body).display).toBe(
    'inline-table',
  );
});

it('detects that a rule was replaced by another, and that a rule was changed', async () => {
  document.body.innerHTML = markup;
  const element = document.createElement('style');
  element.textContent = '.gone { display: none }';
  document.head.append(element);
  const displays = () =>
    ['.gone', '.unseen', '.nested'].map(
      (name) => window.getComputedStyle(document.querySelector(name) ?? document.body).display,
    );
  expect(displays()).toEqual(['none', 'block', 'block']);

  element.sheet?.deleteRule(0);
  element.sheet?.insertRule('.unseen { display: flex }');
  await Promise.resolve();
  expect(displays()).toEqual(['block', 'flex', 'block']);

  element.sheet?.insertRule('.nested { color: red }');
  expect(displays()).toEqual(['block', 'flex', 'block']);
  const rule = element.sheet?.cssRules[0] as CSSStyleRule; // the rule inserted last
  rule.style.display = 'grid';
  document.body.append('a change of the document, after which jsdom computes again');
  await Promise.resolve();
  expect(displays()).toEqual(['block', 'flex', 'grid']);
  expect(styles(window.getComputedStyle)).toEqual(styles(computeAll));
});

it('leaves a rule whose selector jsdom cannot parse to jsdom', () => {
  document.body.innerHTML = markup;
  const sheet = document.createElement('style');
  sheet.textContent = '.gone:unknown-to-jsdom { display: none }';
  document.head.append(sheet);
  expect(sheet.sheet?.cssRules.length).toBe(1);
  expect(() => document.querySelector('.gone')?.matches('.gone:unknown-to-jsdom')).toThrow();
  expect(styles(window.getComputedStyle)).toEqual(styles(computeAll));
});

it('computes every other property as jsdom does', () => {
  document.body.innerHTML = '<p style="color: red; overflow-y: auto">text</p>';
  const [p] = document.querySelectorAll('p');
  const style = window.getComputedStyle(p ?? document.body);
  expect([style.color, style.overflowY, style.getPropertyValue('color')]).toEqual([
    'rgb(255, 0, 0)',
    'auto',
    'rgb(255, 0, 0)',
  ]);
});
