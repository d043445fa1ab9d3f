import { screen, within } from '@testing-library/react';
import { Command } from 'commander';
import i18next from 'i18next';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { appArguments, configureApp } from '../../cli/app.ts';
import { localizedHelp } from '../../cli/help.ts';
import { deepLinkOf, parseDeepLink } from '../../shared/desktop/deep-link.ts';
import { pageIds, type PageId } from '../../shared/pages/pages.ts';
import { appState } from '../dev/app-fixture.ts';
import { renderApp } from '../dev/render-app.tsx';
import { parseRoute } from '../state/router.ts';

// A page that the build does not have, in the two places where a page is defined: the shared table and the
// window's manifests.
vi.mock('../../shared/pages/pages.ts', async (original) => {
  const actual = await original<typeof import('../../shared/pages/pages.ts')>();
  const pages = { ...actual.pages, 'dummy-page': { linkParameters: { topic: /^[a-z]+$/ } } };
  return {
    ...actual,
    pages,
    pageIds: Object.keys(pages),
    isPage: (name: string) => Object.hasOwn(pages, name),
  };
});
vi.mock('../pages/manifests.ts', async (original) => {
  const { manifests } = await original<typeof import('../pages/manifests.ts')>();
  const { Page } = await import('../components/page.tsx');
  const dummy: (typeof manifests)['overview'] = {
    load: () => Promise.resolve({ default: () => <Page title="Dummy page">content</Page> }),
    navigation: { group: 'observe', icon: () => <svg data-testid="dummy-icon" /> },
    scope: 'engine',
    searchableSettings: [{ name: 'eci' }],
  };
  return { manifests: { ...manifests, 'dummy-page': dummy } };
});

// The type knows the real pages only.
const dummyPage = 'dummy-page' as PageId;

beforeAll(() => {
  i18next.on('initialized', () => {
    i18next.addResource('en', 'translation', 'frame.page.dummy-page', 'Dummy page');
  });
});

describe('a page that is defined in the shared table and has a manifest', () => {
  it('is a route, and opens from its entry in the navigation', async () => {
    expect(parseRoute('#/dummy-page?topic=x')).toEqual({ page: 'dummy-page', params: { topic: 'x' } });
    const { user } = await renderApp(appState(), 'overview');
    const observe = within(screen.getByRole('navigation')).getByRole('list', { name: 'Observe' });
    const link = within(observe).getByRole('link', { name: 'Dummy page' });
    expect(within(link).getByTestId('dummy-icon')).toBeTruthy();
    expect(link.getAttribute('href')).toBe('#/dummy-page');
    await user.click(link);
    expect(await screen.findByRole('heading', { level: 1, name: 'Dummy page' })).toBeTruthy();
  });

  it('is in the command palette, with its settings', async () => {
    const { user } = await renderApp(appState(), 'overview');
    await user.keyboard('{Control>}k{/Control}');
    await user.keyboard('dummy');
    const names = within(await screen.findByRole('listbox'))
      .getAllByRole('option')
      .map((option) => option.textContent);
    expect(names).toContain('Dummy pagePage');
    expect(names).toContain('Enhanced Container IsolationDummy pageSetting');
  });

  it('can be opened by links with its parameters, and with no others', () => {
    const place = { page: dummyPage, params: { topic: 'x' } };
    expect(parseDeepLink('bulkhead://dummy-page?topic=x')).toEqual(place);
    expect(deepLinkOf(['app', '--route', 'dummy-page?topic=x'])).toEqual(place);
    for (const query of ['topic=1', 'show=all'])
      expect(parseDeepLink(`bulkhead://dummy-page?${query}`)).toBeNull();
  });

  it('is listed in the help of bulkhead app, which accepts it', () => {
    const program = new Command().configureHelp(localizedHelp);
    configureApp(program.command('app [link...]'));
    const help = program.commands.find((command) => command.name() === 'app')?.helpInformation();
    for (const page of ['dummy-page', 'welcome']) {
      expect(pageIds).toContain(page);
      expect(help).toMatch(new RegExp(`,\\s+${page}\\b`));
    }
    expect(appArguments([], { route: dummyPage })).toMatchObject({ ok: true });
  });
});
