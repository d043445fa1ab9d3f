/**
 * The selected rows of a list, the row with the keyboard focus, and the anchor of a range. Ids, so that it
 * survives filtering and rescans.
 */
export interface Selection {
  readonly chosen: ReadonlySet<string>;
  readonly active: string | null;
  readonly anchor: string | null;
}
export const emptySelection: Selection = { chosen: new Set(), active: null, anchor: null };

/** The selection without rows that no longer exist. */
export function keepExisting(selection: Selection, ids: ReadonlySet<string>): Selection {
  const chosen = new Set([...selection.chosen].filter((id) => ids.has(id)));
  const ifPresent = (id: string | null) => (id !== null && ids.has(id) ? id : null);
  if (
    chosen.size === selection.chosen.size &&
    ifPresent(selection.active) === selection.active &&
    ifPresent(selection.anchor) === selection.anchor
  )
    return selection;
  return { chosen, active: ifPresent(selection.active), anchor: ifPresent(selection.anchor) };
}

export function toggle(selection: Selection, id: string): Selection {
  const chosen = new Set(selection.chosen);
  if (!chosen.delete(id)) chosen.add(id);
  return { chosen, active: id, anchor: id };
}

/** Adds everything between the anchor and `id`, in the displayed order, to the selection. */
export function extendTo(selection: Selection, order: readonly string[], id: string): Selection {
  const from = order.indexOf(selection.anchor ?? id);
  const to = order.indexOf(id);
  if (to < 0) return selection;
  const start = from < 0 ? to : from;
  const range = order.slice(Math.min(start, to), Math.max(start, to) + 1);
  return { chosen: new Set([...selection.chosen, ...range]), active: id, anchor: order[start] ?? id };
}

/** Selects all displayed rows, or none of them if all are selected; filtered-out rows stay unchanged. */
export function toggleAll(selection: Selection, order: readonly string[]): Selection {
  const all = order.length > 0 && order.every((id) => selection.chosen.has(id));
  const chosen = new Set(selection.chosen);
  for (const id of order) {
    if (all) chosen.delete(id);
    else chosen.add(id);
  }
  return { ...selection, chosen };
}

export const moveTo = (selection: Selection, id: string): Selection => ({
  ...selection,
  active: id,
  anchor: id,
});
