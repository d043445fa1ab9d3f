import type { Node } from 'jsonc-parser';
import { fail, ok, type Result } from '../result.ts';
import { nodeAt, propertyOf } from './document-tree.ts';
import { detectStyle, lineIndent, write, type Style } from './style.ts';
import { toPointer, type SettingsPath } from './pointer.ts';
import { message } from '../messages/message.ts';
import type { TextEdit } from './findings.ts';
import { invalidPlace, createMissingParents } from './missing-place.ts';
import { sameAsNode, isRecord } from './same-value.ts';

/** Changes to a settings text that leave everything else in it as it is written. */
export class SettingsEditor {
  private readonly text: string;
  private style: Style | null = null;

  constructor(text: string) {
    this.text = text;
  }

  set(root: Node, path: SettingsPath, value: unknown): Result<TextEdit[]> {
    if (path.length === 0) {
      if (value === undefined || typeof value !== 'object' || value === null || Array.isArray(value))
        return fail('settings.pointer', message('settings.document-replacement-invalid'), {
          params: { pointer: '' },
        });
      return ok(this.replace(root, value, root));
    }
    let parent = root;
    for (const [index, segment] of path.entries()) {
      const rest = path.slice(index + 1);
      const last = rest.length === 0;
      const child = nodeAt(parent, [segment]);
      if (child !== undefined) {
        if (last)
          return ok(
            value === undefined ? this.remove(parent, segment, child) : this.replace(child, value, root),
          );
        parent = child;
        continue;
      }
      if (parent.type !== 'object' && parent.type !== 'array')
        return invalidPlace(
          path,
          message('settings.place-has-no-members', {
            place: toPointer(path.slice(0, index)) || message('settings.the-document'),
            type: parent.type,
          }),
        );
      if (parent.type === 'array') {
        const length = parent.children?.length ?? 0;
        if (segment !== '-' && String(segment) !== String(length))
          return value === undefined
            ? ok([])
            : invalidPlace(
                path,
                message('settings.list-length', { place: toPointer(path.slice(0, index)), length }),
              );
      }
      if (value === undefined) return ok([]);
      const wrapped = createMissingParents(rest, value, path);
      return wrapped.ok
        ? ok(this.append(parent, parent.type === 'object' ? String(segment) : null, wrapped.value, root))
        : wrapped;
    }
    return ok([]);
  }

  private styleOf(root: Node): Style {
    return (this.style ??= detectStyle(this.text, root));
  }

  /** Rewrites a value in place: nothing if equal, members if both are containers, else its whole range. */
  private replace(node: Node, value: unknown, root: Node): TextEdit[] {
    if (sameAsNode(node, value)) return [];
    if (node.type === 'object' && isRecord(value)) return this.replaceObject(node, value, root);
    if (node.type === 'array' && Array.isArray(value)) return this.replaceArray(node, value, root);
    return [
      {
        offset: node.offset,
        length: node.length,
        text: write(
          value,
          this.styleOf(root),
          lineIndent(this.text, node.offset),
          this.isOneLine(node, root),
        ),
      },
    ];
  }

  private replaceObject(node: Node, value: Record<string, unknown>, root: Node): TextEdit[] {
    const names = new Set((node.children ?? []).map((property) => String(property.children?.[0]?.value)));
    const retained = [...names].filter((name) => Object.hasOwn(value, name) && value[name] !== undefined);
    const added = Object.keys(value).filter((name) => value[name] !== undefined && !names.has(name));
    // Without content there is no formatting to keep either.
    if (retained.length === 0) return [this.rewrite(node, value, root)];
    const edits = retained.flatMap((name) => {
      const member = propertyOf(node, name)?.children?.[1];
      return member === undefined ? [] : this.replace(member, value[name], root);
    });
    if (retained.length < names.size)
      edits.push(
        ...this.removeChildren(node, (property) => !retained.includes(String(property.children?.[0]?.value))),
      );
    if (added.length > 0)
      edits.push(
        this.appendAll(
          node,
          added.map((name) => [name, value[name]]),
          root,
        ),
      );
    return edits;
  }

  private replaceArray(node: Node, value: readonly unknown[], root: Node): TextEdit[] {
    const children = node.children ?? [];
    if (children.length === 0 || value.length === 0) return [this.rewrite(node, value, root)];
    let head = 0;
    while (head < children.length && head < value.length && sameAsNode(at(children, head), value[head]))
      head++;
    let tail = 0;
    while (
      tail < children.length - head &&
      tail < value.length - head &&
      sameAsNode(at(children, children.length - 1 - tail), value[value.length - 1 - tail])
    )
      tail++;
    const removed = children.slice(head, children.length - tail);
    const added = value.slice(head, value.length - tail);
    const pairs = Math.min(removed.length, added.length);
    const edits = removed.slice(0, pairs).flatMap((child, index) => this.replace(child, added[index], root));
    if (removed.length > pairs) {
      const surplus = new Set(removed.slice(pairs));
      edits.push(...this.removeChildren(node, (child) => surplus.has(child)));
    } else if (added.length > pairs) {
      edits.push(this.insertElements(node, head + pairs, added.slice(pairs), root));
    }
    return edits;
  }

  private rewrite(node: Node, value: unknown, root: Node): TextEdit {
    return {
      offset: node.offset,
      length: node.length,
      text: write(value, this.styleOf(root), lineIndent(this.text, node.offset), this.isOneLine(node, root)),
    };
  }

  private remove(parent: Node, segment: string | number, child: Node): TextEdit[] {
    if (parent.type === 'array') return this.removeChildren(parent, (element) => element === child);
    // All duplicates of the key are removed: otherwise an earlier one would take effect.
    return this.removeChildren(parent, (property) => property.children?.[0]?.value === String(segment));
  }

  /**
   * Removes children with one comma each and the space up to their neighbour. Text after the last retained
   * child stays.
   */
  private removeChildren(parent: Node, isRemoved: (child: Node) => boolean): TextEdit[] {
    const children = parent.children ?? [];
    const retained = children.filter((child) => !isRemoved(child));
    if (retained.length === children.length) return [];
    if (retained.length === 0) return [{ offset: parent.offset + 1, length: parent.length - 2, text: '' }];
    const edits: TextEdit[] = [];
    let previousRetained: Node | null = null;
    for (let i = 0; i < children.length; i++) {
      const child = at(children, i);
      if (!isRemoved(child)) {
        previousRetained = child;
        continue;
      }
      let end = i;
      while (end + 1 < children.length && isRemoved(at(children, end + 1))) end++;
      const lastRemoved = at(children, end);
      // After a retained child: from its end to the end of the removed. At the front: to the next retained.
      const from =
        previousRetained === null ? child.offset : previousRetained.offset + previousRetained.length;
      const to =
        previousRetained === null ? at(children, end + 1).offset : lastRemoved.offset + lastRemoved.length;
      edits.push({ offset: from, length: to - from, text: '' });
      i = end;
    }
    return edits;
  }

  private append(parent: Node, key: string | null, value: unknown, root: Node): TextEdit[] {
    return [
      key === null
        ? this.insertElements(parent, parent.children?.length ?? 0, [value], root)
        : this.appendAll(parent, [[key, value]], root),
    ];
  }

  private appendAll(object: Node, members: readonly (readonly [string, unknown])[], root: Node): TextEdit {
    const style = this.styleOf(root);
    return this.insert(
      object,
      object.children?.length ?? 0,
      members.map(
        ([key, value]) =>
          (indent: string, oneLine: boolean) =>
            JSON.stringify(key) + style.colon + write(value, style, indent, oneLine),
      ),
      root,
    );
  }

  private insertElements(array: Node, index: number, values: readonly unknown[], root: Node): TextEdit {
    const style = this.styleOf(root);
    return this.insert(
      array,
      index,
      values.map((value) => (indent: string, oneLine: boolean) => write(value, style, indent, oneLine)),
      root,
    );
  }

  /**
   * Inserts formatted members before child `index` (after the last one when it is the length), in the layout
   * of the members around them.
   */
  private insert(
    parent: Node,
    index: number,
    members: readonly ((indent: string, oneLine: boolean) => string)[],
    root: Node,
  ): TextEdit {
    const style = this.styleOf(root);
    const children = parent.children ?? [];
    const oneLine = this.isOneLine(parent, root);
    const outer = lineIndent(this.text, parent.offset);
    const first = children[0];
    if (first === undefined) {
      const inner = outer + style.indent;
      const [open, close] = oneLine ? [style.padding, style.padding] : [style.eol + inner, style.eol + outer];
      const text = members
        .map((member) => member(inner, oneLine))
        .join(oneLine ? style.comma : `,${style.eol}${inner}`);
      return {
        offset: parent.offset + 1,
        length: parent.length - 2,
        text: parent.type === 'array' && oneLine ? text : open + text + close,
      };
    }
    const inner = oneLine ? outer : lineIndent(this.text, first.offset);
    const separator = oneLine ? (this.gapOf(children) ?? style.comma) : `,${style.eol}${inner}`;
    const written = members.map((member) => member(inner, oneLine));
    if (index === 0)
      return { offset: first.offset, length: 0, text: written.map((member) => member + separator).join('') };
    const previous = at(children, index - 1);
    return {
      offset: previous.offset + previous.length,
      length: 0,
      text: written.map((member) => separator + member).join(''),
    };
  }

  /** The text between two neighbours on one line, such as ", ". */
  private gapOf(children: readonly Node[]): string | null {
    const [a, b] = children;
    return a === undefined || b === undefined ? null : this.text.slice(a.offset + a.length, b.offset);
  }

  /**
   * Whether this container's members are written on its own line. An empty one, or a scalar about to become
   * one, follows the document.
   */
  private isOneLine(node: Node, root: Node): boolean {
    if (node.children === undefined || node.children.length === 0) return this.styleOf(root).oneLine;
    const first = at(node.children, 0);
    return !/[\r\n]/.test(this.text.slice(node.offset, first.offset)) && !this.hasLineBreaks(node.children);
  }

  private hasLineBreaks(children: readonly Node[]): boolean {
    return /[\r\n]/.test(this.gapOf(children) ?? '');
  }
}

function at(children: readonly Node[], index: number): Node {
  const child = children[index];
  if (child === undefined) throw new Error('no such child');
  return child;
}
