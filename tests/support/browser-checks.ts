import axe, { type AxeResults, type RunOptions } from 'axe-core';
import type { Page } from 'playwright';
import { settle } from './browser-pages.ts';

// What is wrong with a page in a browser: accessibility, and content that is cut off or overlaps.

/** What axe's own script puts there. */
interface HasAxe {
  readonly axe: { readonly run: (on: Document, options: RunOptions) => Promise<AxeResults> };
}

/** axe's rules about colours. */
const ofColours: readonly string[] = ['color-contrast', 'link-in-text-block'];

/**
 * Findings of axe, one line per rule with the first elements. The whole page is checked. It runs in the page
 * itself (axe's legacy mode): without a second page for frames, which ours has none of and Electron can't
 * open; for passed rules only the verdict is requested, not each element. `colours`: only what another theme
 * may change.
 */
export async function axeFindings(page: Page, which: 'all' | 'colours' = 'all'): Promise<string[]> {
  const options: RunOptions = {
    resultTypes: ['violations'],
    // Reads style sheets again for one rule that is off by default.
    preload: false,
    ...(which === 'all' ? {} : { runOnly: [...ofColours] }),
  };
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const runAxe = () =>
    page.evaluate((axeOptions) => (window as unknown as HasAxe).axe.run(document, axeOptions), options);
  let { violations } = await runAxe();
  // A button that was fading while axe checked its colours has no finding a moment later. Findings that do
  // not concern colours count at once.
  if (violations.length > 0 && violations.every(({ id }) => ofColours.includes(id))) {
    await settle(page);
    ({ violations } = await runAxe());
  }
  return violations.map(
    (found) =>
      `${found.id} (${found.impact ?? '?'}): ${found.nodes
        .slice(0, 3)
        .map((node) => `${node.target.join(' ')} ${node.html.slice(0, 120)} ${node.any[0]?.message ?? ''}`)
        .join(' | ')}`,
  );
}

/**
 * Rows of tables in which the contents of two cells overlap, or a cell is too narrow for what it has: columns
 * that got less than their contents.
 */
export async function crowdedRows(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    /** Boxes of what is visible of an element, with that of its text. */
    const boxes = (element: Element): DOMRect[] => {
      const own = element.getBoundingClientRect();
      // Of what is cut off, or hidden except from screen readers, nothing else is seen.
      if (own.width <= 1 || /hidden|clip/.test(getComputedStyle(element).overflowX)) return [own];
      return [...element.childNodes].flatMap((child) => {
        if (child instanceof Element) return boxes(child);
        const range = document.createRange();
        range.selectNode(child);
        return [...range.getClientRects()];
      });
    };
    const overlap = (a: DOMRect, b: DOMRect) =>
      Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
    const shownText = (cell: Element) => {
      const shown = cell.cloneNode(true);
      if (shown instanceof Element)
        for (const hidden of shown.querySelectorAll('.visually-hidden')) hidden.remove();
      return (shown.textContent ?? '').trim();
    };
    const cellRoles = '[role="cell"], [role="gridcell"], [role="columnheader"], td, th';
    return [...document.querySelectorAll('[role="row"], tr')].flatMap((row) => {
      const cells = [...row.querySelectorAll(cellRoles)]
        .filter((cell) => cell.closest('[role="row"], tr') === row && shownText(cell) !== '')
        .map((cell) => ({
          text: shownText(cell).slice(0, 30),
          width: cell.getBoundingClientRect().width,
          isHidden: cell.getBoundingClientRect().width <= 1 && getComputedStyle(cell).clipPath !== 'none',
          seen: boxes(cell).filter(({ width, height }) => width > 1 && height > 1),
        }))
        .filter(({ isHidden }) => !isHidden);
      return cells.flatMap((cell, index) => [
        ...(cell.width < 20 ? [`"${cell.text}" has ${Math.round(cell.width)} px`] : []),
        ...cells
          .slice(index + 1)
          .filter(({ seen }) => cell.seen.some((a) => seen.some((b) => overlap(a, b))))
          .map(({ text }) => `"${cell.text}" and "${text}" overlap`),
      ]);
    });
  });
}

/**
 * Elements that extend beyond the window or the page's column on the right, where nothing scrolls: invisible
 * to the user; and buttons that are lower than their text.
 */
export async function overflows(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const describe = (e: Element) =>
      `${e.tagName.toLowerCase()} "${(e.textContent ?? '').trim().slice(0, 50)}" by ` +
      Math.round(e.scrollWidth - e.clientWidth);
    const wide =
      document.scrollingElement !== null && document.scrollingElement.scrollWidth > window.innerWidth
        ? ['the window would scroll sideways']
        : [];
    const column = document.querySelector('main')?.getBoundingClientRect();
    const scrolls = (e: Element | null): boolean =>
      e !== null &&
      e.tagName !== 'MAIN' &&
      (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
    const out =
      column === undefined
        ? []
        : [...document.querySelectorAll('main *')].filter((e) => {
            const box = e.getBoundingClientRect();
            return (
              box.width > 1 &&
              box.right > column.right + 1 &&
              !scrolls(e.parentElement) &&
              e.closest('.visually-hidden') === null
            );
          });
    // Nor may anything extend beyond a dialog or a menu, or that beyond the window.
    const outOfOver = [...document.querySelectorAll('[role="dialog"], [role="menu"]')].flatMap((over) => {
      const edge = over.getBoundingClientRect();
      const inside = [...over.querySelectorAll('*')].filter((e) => {
        const box = e.getBoundingClientRect();
        return box.width > 1 && box.right > edge.right + 1 && !scrolls(e.parentElement);
      });
      return edge.right > window.innerWidth || edge.bottom > window.innerHeight + 1
        ? [over, ...inside]
        : inside;
    });
    // Text cut off without an ellipsis. A few pixels are the circle around a switch under the pointer.
    const cut = [...document.querySelectorAll('main *, nav *, header *, [role="dialog"] *')].filter((e) => {
      const style = getComputedStyle(e);
      return (
        /hidden|clip/.test(style.overflowX) &&
        style.textOverflow !== 'ellipsis' &&
        e.scrollWidth > e.clientWidth + 6 &&
        e.textContent?.trim() !== '' &&
        e.clientWidth > 1 &&
        e.closest('.visually-hidden') === null &&
        e.closest('svg, .cm-editor') === null
      );
    });
    const tooHigh = [...document.querySelectorAll('button')].filter(
      (e) => e.scrollHeight > e.clientHeight + 2 && e.textContent?.trim() !== '',
    );
    const found = [out, outOfOver, cut, tooHigh].flatMap((elements) => elements.slice(0, 2));
    return [...wide, ...found.map(describe)];
  });
}

/** Filled buttons, where the page, or a dialog over it, has more than one: only the main action is filled. */
export async function severalMainButtons(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const sample = document.body.appendChild(document.createElement('div'));
    sample.style.background = 'var(--bh-palette-tokens-accent)';
    const accent = getComputedStyle(sample).backgroundColor;
    sample.remove();
    const filled = [...document.querySelectorAll('button, a, [role="button"]')].filter(
      (element) =>
        element.getBoundingClientRect().width > 1 &&
        (element.matches('.MuiButton-contained') || getComputedStyle(element).backgroundColor === accent),
    );
    return [document.body, ...document.querySelectorAll('[role="dialog"]')].flatMap((place) => {
      const within = filled
        .filter((element) => (element.closest('[role="dialog"]') ?? document.body) === place)
        .map((element) => `"${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim()}"`);
      return within.length <= 1 ? [] : [`${within.length} main buttons: ${within.join(', ')}`];
    });
  });
}
