import { act, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import '../dev/render-app.tsx';
import { DataTable, type TableEntry } from './data-table.tsx';

afterEach(() => {
  vi.restoreAllMocks();
});

it('renders the rows in view of a long table, each once', async () => {
  const renders = new Map<string, number>();
  const rows = Array.from({ length: 300 }, (_, index): TableEntry => {
    const name = `row ${index}`;
    return {
      key: name,
      get cells() {
        renders.set(name, (renders.get(name) ?? 0) + 1);
        return [name];
      },
    };
  });
  await act(async () => {
    render(<DataTable label="Rows" columns={[{ key: 'name', label: 'Name' }]} rows={rows} />);
    await Promise.resolve();
  });
  expect(screen.getByRole('cell', { name: 'row 0' })).toBeInstanceOf(HTMLElement);
  expect(renders.size).toBeGreaterThan(10);
  expect(renders.size).toBeLessThan(60);
  expect([...renders].filter(([, count]) => count > 1)).toEqual([]);
});

it('keeps the row that is to be seen in view while others grow, until the user scrolls', async () => {
  const columns = [{ key: 'name', label: 'Name' }];
  const rowsOf = (text: string): TableEntry[] =>
    Array.from({ length: 300 }, (_, index) => ({ key: `row ${index}`, cells: [`row ${index}${text}`] }));
  const scrolledTo: string[] = [];
  Element.prototype.scrollIntoView = function (this: Element) {
    scrolledTo.push(this.textContent);
  };
  const show = async (text: string) => {
    view.rerender(<DataTable label="Rows" columns={columns} rows={rowsOf(text)} revealed="row 3" />);
    await Promise.resolve();
  };
  const view = render(<DataTable label="Rows" columns={columns} rows={rowsOf('')} />);
  await act(() => show(''));
  expect(scrolledTo).toEqual([]);
  // Rows above it have grown: it is below what is visible.
  vi.spyOn(HTMLTableRowElement.prototype, 'getBoundingClientRect').mockReturnValue(
    new DOMRect(0, 900, 100, 37),
  );
  await act(() => show(', pinned'));
  expect(scrolledTo).toEqual(['row 3, pinned']);
  window.dispatchEvent(new WheelEvent('wheel'));
  await act(() => show(', pinned since'));
  expect(scrolledTo).toHaveLength(1);
});
