import type { Node } from 'jsonc-parser';

/** The formatting of a document, taken from its first examples. */
export interface Style {
  /** One step of indentation. */
  readonly indent: string;
  readonly eol: string;
  /** The document is on one line: new members are added on it. */
  readonly oneLine: boolean;
  /** Between key and value: `: `, `:`, ` : `. */
  readonly colon: string;
  /** Between members on one line: `, ` or `,`. */
  readonly comma: string;
  /** Inside the braces of an object on one line: a space or nothing. */
  readonly padding: string;
}

/** Determines the style of a document from its tree. */
export function detectStyle(text: string, root: Node): Style {
  const inside = text.slice(root.offset, root.offset + root.length);
  const eol = /\r\n|\n|\r/.exec(inside)?.[0] ?? /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  // An object without members on one line is no example for others.
  const oneLine = !/[\r\n]/.test(inside) && (root.children?.length ?? 0) > 0;
  const property = root.children?.[0];
  const [key, value] = property?.children ?? [];
  const first =
    key === undefined || value === undefined ? ': ' : text.slice(key.offset + key.length, value.offset);
  const padding = property === undefined ? '' : text.slice(root.offset + 1, property.offset);
  return {
    indent: indentStep(text, root) ?? '  ',
    eol,
    oneLine,
    colon: /[\r\n]/.test(first) ? ': ' : first,
    comma: oneLine ? (commaStyleOf(text, root) ?? (first === ':' ? ',' : ', ')) : ', ',
    padding: oneLine ? padding : ' ',
  };
}

function commaStyleOf(text: string, root: Node): string | null {
  const [a, b] = root.children ?? [];
  return a === undefined || b === undefined ? null : text.slice(a.offset + a.length, b.offset);
}

/** The additional indentation of the first member on a line of its own, compared with its parent's line. */
function indentStep(text: string, node: Node): string | null {
  for (const child of node.children ?? []) {
    if (
      node.type !== 'property' &&
      /^[\r\n]/.test(/[\r\n][ \t]*$/.exec(text.slice(node.offset, child.offset))?.[0] ?? '')
    ) {
      const outer = lineIndent(text, node.offset);
      const inner = lineIndent(text, child.offset);
      if (inner.length > outer.length && inner.startsWith(outer)) return inner.slice(outer.length);
    }
    const below = indentStep(text, child);
    if (below !== null) return below;
  }
  return null;
}

/** White space at the start of the line that contains `offset`. */
export function lineIndent(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const start = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

/** Formats a value in a style, for a line indented by `indent`. Members that are undefined are left out. */
export function write(value: unknown, style: Style, indent: string, oneLine: boolean): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const array = Array.isArray(value);
  const inner = indent + style.indent;
  const members = array
    ? value.map((element: unknown) => write(element, style, inner, oneLine))
    : Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => JSON.stringify(key) + style.colon + write(member, style, inner, oneLine));
  const [open, close] = array ? ['[', ']'] : ['{', '}'];
  if (members.length === 0) return open + close;
  if (!oneLine)
    return `${open}${style.eol}${inner}${members.join(`,${style.eol}${inner}`)}${style.eol}${indent}${close}`;
  const padding = array ? '' : style.padding;
  return open + padding + members.join(style.comma) + padding + close;
}
