import { act, render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import '../dev/render-app.tsx';
import { DataTable, type TableEntry } from './data-table.tsx';

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
