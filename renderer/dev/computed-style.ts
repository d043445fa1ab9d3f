// For component tests: jsdom evaluates every rule of its default style sheet for an element and each of its
// ancestors again after every change of the document, and queries by role check of each candidate whether it
// is displayed and visible. These two properties are the default ones of the element's type, inherited or
// inline, unless a rule of a style sheet of the document concerns the element: then, and for any other
// property, jsdom computes the style. Delete this file when component tests are as fast without its call in
// render-app.tsx: when jsdom caches styles over changes that do not concern them.

/** The default style sheet's values for a type of element. */
interface Defaults {
  readonly display: string;
  /** Null: inherited. */
  readonly visibility: string | null;
}

/** Selectors of the rules in a style sheet that set one of the two properties. */
interface DecidingRules {
  /** Number and text of all rules from which the selectors come. */
  readonly rules: number;
  readonly text: string;
  readonly selectors: readonly string[];
}

/** Types for which the default style sheet depends on more than type and attributes `hidden` and `type`. */
const complex = new Set(['details', 'dialog', 'slot', 'summary']);
/** With more style sheets than this, jsdom is faster: of many rules it checks the classes first. */
const manySheets = 20;
const defaults = new Map<string, Defaults>();
const deciding = new WeakMap<CSSStyleSheet, DecidingRules>();
/** Style sheets whose text was compared in this microtask: until its end only the number of rules is. */
const compared = new WeakSet<CSSStyleSheet>();

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

/** Null if more than the element's type is decisive. */
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
    if (decidingRules(sheet).selectors.some((selector) => mayMatch(element, selector))) return true;
  return false;
}

/** Also true for a selector that jsdom cannot parse: its rule is left to jsdom. */
function mayMatch(element: Element, selector: string): boolean {
  try {
    return element.matches(selector);
  } catch {
    return true;
  }
}

function decidingRules(sheet: CSSStyleSheet): DecidingRules {
  const { cssRules } = sheet;
  let known = deciding.get(sheet);
  if (known?.rules === cssRules.length && compared.has(sheet)) return known;
  const text = Array.from(cssRules, (rule) => rule.cssText).join('\n');
  if (known?.rules !== cssRules.length || known.text !== text) {
    known = { rules: cssRules.length, text, selectors: [...selectorsIn(cssRules)] };
    deciding.set(sheet, known);
  }
  compared.add(sheet);
  queueMicrotask(() => compared.delete(sheet));
  return known;
}

function* selectorsIn(rules: CSSRuleList): Generator<string> {
  for (const rule of rules) {
    if ('selectorText' in rule && /display|visibility|\ball\b/.test(rule.cssText))
      yield (rule as CSSStyleRule).selectorText;
    if ('cssRules' in rule) yield* selectorsIn((rule as CSSGroupingRule).cssRules);
  }
}
