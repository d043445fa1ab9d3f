import type { Page } from 'playwright';

// Where things are in the window, measured in a browser: each function returns what is wrong.

/**
 * Text that is set neither in the font of the window nor in that of code, and text whose glyphs are rounded
 * to pixels. Checkboxes and the like are inputs without text.
 */
export async function wrongFonts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const code = document.body.appendChild(document.createElement('code'));
    const families = [document.body, code].map((element) => getComputedStyle(element).fontFamily);
    code.remove();
    const showsText = (element: Element) =>
      element.matches('input:not([type="checkbox"], [type="radio"]), textarea, select') ||
      [...element.childNodes].some((child) => child.nodeType === 3 && child.textContent?.trim() !== '');
    const found = [...document.querySelectorAll('body *:not(script, style)')].filter(showsText);
    return found
      .flatMap((element) => {
        const { fontFamily, textRendering } = getComputedStyle(element);
        const name = element.getAttribute('aria-label') ?? element.textContent ?? '';
        const wrong = [
          ...(families.includes(fontFamily) ? [] : [fontFamily]),
          ...(textRendering === 'geometricprecision' ? [] : [`text-rendering: ${textRendering}`]),
        ];
        return wrong.map((what) => `${element.tagName.toLowerCase()} "${name.trim().slice(0, 40)}": ${what}`);
      })
      .slice(0, 4);
  });
}

/** Icons of the navigation, where it has icons only, that are not in the middle of what is pressed. */
export async function offCentreIcons(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('nav button, nav a')].flatMap((button) => {
      const icon = button.querySelector(':scope > svg')?.getBoundingClientRect();
      const around = button.getBoundingClientRect();
      const name = (button.getAttribute('aria-label') ?? button.textContent ?? '').trim().slice(0, 30);
      if (icon === undefined) return [`"${name}" has no icon`];
      const x = icon.left + icon.width / 2 - (around.left + around.width / 2);
      const y = icon.top + icon.height / 2 - (around.top + around.height / 2);
      return Math.max(Math.abs(x), Math.abs(y)) <= 0.5
        ? []
        : [`the icon of "${name}" is off by ${x}, ${y} px`];
    }),
  );
}

/**
 * Edges that look like one line and are 0.5 to 3 px apart: of cards and notices in a column, of the rows in a
 * card or a table, and of what is first and last in these rows.
 */
export async function unevenEdges(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    interface Item {
      readonly name: string;
      readonly left: number;
      readonly right: number;
      readonly isText: boolean;
    }
    const isSeen = (element: Element) => {
      const { width, height } = element.getBoundingClientRect();
      return width > 1 && height > 1 && element.closest('.visually-hidden') === null;
    };
    const nameOf = (element: Element) => {
      const text = element.getAttribute('aria-label') ?? element.textContent ?? '';
      return `${element.tagName.toLowerCase()} "${text.trim().slice(0, 30)}"`;
    };
    /** With the edges of its text, not those of the box around it, if it has some. */
    const itemOf = (element: Element, isText = false): Item => {
      const range = document.createRange();
      range.selectNodeContents(element);
      const { left, right } = (isText ? range : element).getBoundingClientRect();
      return { name: nameOf(element), left, right, isText };
    };
    const controls = 'button, input, svg, [role="combobox"], [role="switch"], [role="group"]';
    const withParts = `${controls}, .MuiSwitch-root, .MuiCheckbox-root, .MuiSelect-root`;
    /** Icons, controls and text of a row; not what these consist of. */
    const itemsIn = (row: Element): Item[] =>
      [...row.querySelectorAll('*')]
        .filter((element) => isSeen(element) && !(element.parentElement?.closest(withParts) ?? false))
        .flatMap((element) => {
          if (element.matches(controls)) return [itemOf(element)];
          const hasText = [...element.childNodes].some(
            (child) => child.nodeType === 3 && child.textContent?.trim() !== '',
          );
          return hasText ? [itemOf(element, true)] : [];
        });
    /** Neighbours whose edges on this side are neither the same nor clearly apart. */
    const uneven = (of: string, side: 'left' | 'right', items: readonly Item[]): string[] => {
      const sorted = items.toSorted((a, b) => a[side] - b[side]);
      return sorted.slice(1).flatMap((item, index) => {
        const before = sorted[index] ?? item;
        const by = item[side] - before[side];
        return by > 0.5 && by <= 3
          ? [`${of}, ${side}: ${before.name} and ${item.name} are ${by.toFixed(1)} px apart`]
          : [];
      });
    };
    const bothSides = (of: string, elements: readonly Element[]): string[] => {
      const items = elements.filter(isSeen).map((element) => itemOf(element));
      return [...uneven(of, 'left', items), ...uneven(of, 'right', items)];
    };
    const groups = 'section, [role="table"], [role="grid"], [role="treegrid"], [role="dialog"]';
    const withinGroups = [...document.querySelectorAll(groups)].flatMap((group) => {
      const rows = [...group.querySelectorAll('[data-row], [role="row"], tr')].filter(
        (row) => isSeen(row) && row.closest(groups) === group,
      );
      const items = rows.map(itemsIn);
      const first = items.flatMap((row) => row.toSorted((a, b) => a.left - b.left).slice(0, 1));
      const last = items.flatMap((row) => row.toSorted((a, b) => b.right - a.right).slice(0, 1));
      const name = nameOf(group);
      return [
        ...bothSides(`rows of ${name}`, rows),
        ...uneven(`first in the rows of ${name}`, 'left', first),
        // Where text ends depends on its words.
        ...uneven(
          `last in the rows of ${name}`,
          'right',
          last.filter(({ isText }) => !isText),
        ),
      ];
    });
    // Cards within a card are inside its border.
    const cards = document.querySelectorAll(
      'main [data-scroll] > *, main section:not(section section), main [data-scroll] .MuiAlert-root',
    );
    return [...bothSides('cards', [...cards]), ...withinGroups].slice(0, 6);
  });
}

/**
 * Areas that scroll up and down within another one that does; where a dialog is open, in that alone. Code,
 * differences and logs may scroll by themselves, as in an editor.
 */
export async function nestedScrollers(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isScroller = (element: Element) =>
      element.scrollHeight > element.clientHeight + 1 &&
      element.clientHeight > 1 &&
      /auto|scroll/.test(getComputedStyle(element).overflowY);
    const describe = (element: Element) => {
      const text = element.getAttribute('aria-label') ?? element.textContent ?? '';
      return `"${text.trim().slice(0, 30)}" (${element.clientHeight} px)`;
    };
    const around = document.querySelector('[role="dialog"]') ?? document.body;
    const scrollers = [...around.querySelectorAll('*')].filter(isScroller);
    return scrollers.flatMap((inner) => {
      const outer = scrollers.find((other) => other !== inner && other.contains(inner));
      const isCode = /mono/i.test(getComputedStyle(inner).fontFamily);
      return outer === undefined || isCode ? [] : [`${describe(inner)} in ${describe(outer)}`];
    });
  });
}

/** Areas that scroll sideways. Only code, differences and logs may, which keep their lines as they are. */
export async function sidewaysScrollers(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) => {
        const { overflowX, fontFamily } = getComputedStyle(element);
        return (
          /auto|scroll/.test(overflowX) &&
          element.clientWidth > 1 &&
          element.scrollWidth > element.clientWidth + 1 &&
          !/mono/i.test(fontFamily) &&
          element.closest('.cm-editor') === null
        );
      })
      .map((element) => {
        const text = element.getAttribute('aria-label') ?? element.textContent ?? '';
        const by = element.scrollWidth - element.clientWidth;
        return `"${text.trim().slice(0, 30)}" scrolls sideways by ${by} px`;
      }),
  );
}
