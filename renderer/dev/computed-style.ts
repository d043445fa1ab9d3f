// For component tests: jsdom weighs every rule of its default style sheet for an element and each of its
// ancestors again after every change of the document, and queries by role ask of each candidate whether it
// is displayed and visible. These two properties are the default ones of the element's type, inherited or
// inline, unless a rule of a style sheet of the document concerns the element: then, and for any other
// property, jsdom computes the style.

/** The values that a type of element has by the default style sheet. */
interface Defaults {
  readonly display: string;
  /** Null: inherited. */
  readonly visibility: string | null;
}

/** Selectors of the rules in a style sheet that set one of the two properties. */
interface DecidingRules {
  readonly rules: number;
  readonly selectors: readonly string[];
}

/** Types for which the default style sheet looks at more than type and attributes `hidden` and `type`. */
const complex = new Set(['details', 'dialog', 'slot', 'summary']);
/** With more style sheets than this, jsdom is faster: of many rules it looks at the classes first. */
const manySheets = 20;
const defaults = new Map<string, Defaults>();
const deciding = new WeakMap<CSSStyleSheet, DecidingRules>();

/** Makes `window.getComputedStyle` compute `display` and `visibility` without all the others. */
export function computeFewerStyles(window: Window & typeof globalThis): void {
  const computeAll = window.getComputedStyle.bind(window);
  const compute = (element: Element, pseudoElement?: string | null): CSSStyleDeclaration => {
    if (typeof pseudoElement === 'string' && pseudoElement !== '') return computeAll(element, pseudoElement);
    if (element.ownerDocument.styleSheets.length > manySheets) return computeAll(element);
    let all: CSSStyleDeclaration | undefined;
    const full = () => (all ??= computeAll(element));
    const read = (property: string): string | null =>
      property === 'display'
        ? displayOf(element, computeAll)
        : property === 'visibility'
          ? visibilityOf(element, computeAll)
          : null;
    const getPropertyValue = (property: string) => read(property) ?? full().getPropertyValue(property);
    return new Proxy(Object.create(window.CSSStyleDeclaration.prototype) as CSSStyleDeclaration, {
      get: (_, property) => {
        if (property === 'getPropertyValue') return getPropertyValue;
        if (property === 'display' || property === 'visibility') return read(property);
        const value: unknown = Reflect.get(full(), property);
        return typeof value === 'function' ? (value.bind(full()) as unknown) : value;
      },
    });
  };
  window.getComputedStyle = compute;
  globalThis.getComputedStyle = compute;
}

type Compute = (element: Element) => CSSStyleDeclaration;

function displayOf(element: Element, computeAll: Compute): string {
  const inline = inlineStyle(element)?.display ?? '';
  const known = inline === '' ? defaultsOf(element, computeAll) : null;
  return known?.display ?? computeAll(element).display;
}

function visibilityOf(element: Element, computeAll: Compute): string {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const inline = inlineStyle(at)?.visibility ?? '';
    const known = inline === '' ? defaultsOf(at, computeAll) : null;
    if (known === null) return computeAll(at).visibility;
    if (known.visibility !== null) return known.visibility;
  }
  return 'visible';
}

function inlineStyle(element: Element): CSSStyleDeclaration | null {
  return element.hasAttribute('style') && 'style' in element ? (element as HTMLElement).style : null;
}

/** Null if more than the element's type decides. */
function defaultsOf(element: Element, computeAll: Compute): Defaults | null {
  const type = element.localName;
  if (complex.has(type) || element.hasAttribute('popover') || isSubjectOfRules(element)) return null;
  const parts = [element.namespaceURI, type, element.getAttribute('hidden'), element.getAttribute('type')];
  const key = JSON.stringify(parts);
  let known = defaults.get(key);
  if (known === undefined) {
    // Alone in a document: nothing to inherit, no rules but the default ones.
    const alone = document.implementation.createHTMLDocument();
    const like = alone.createElementNS(element.namespaceURI, type);
    for (const name of ['hidden', 'type']) {
      const value = element.getAttribute(name);
      if (value !== null) like.setAttribute(name, value);
    }
    alone.body.append(like);
    const { display, visibility } = computeAll(like);
    known = { display, visibility: visibility === 'visible' ? null : visibility };
    defaults.set(key, known);
  }
  return known;
}

function isSubjectOfRules(element: Element): boolean {
  for (const sheet of element.ownerDocument.styleSheets)
    if (decidingRules(sheet).selectors.some((selector) => element.matches(selector))) return true;
  return false;
}

function decidingRules(sheet: CSSStyleSheet): DecidingRules {
  let known = deciding.get(sheet);
  if (known?.rules !== sheet.cssRules.length) {
    known = { rules: sheet.cssRules.length, selectors: [...selectorsIn(sheet.cssRules)] };
    deciding.set(sheet, known);
  }
  return known;
}

function* selectorsIn(rules: CSSRuleList): Generator<string> {
  for (const rule of rules) {
    if ('selectorText' in rule && /display|visibility|\ball\b/.test(rule.cssText))
      yield (rule as CSSStyleRule).selectorText;
    if ('cssRules' in rule) yield* selectorsIn((rule as CSSGroupingRule).cssRules);
  }
}
