import { isPage, pages, settingPointer, type PageDefinition, type PageId } from '../pages/pages.ts';
import { pageOfSetting } from '../pages/setting-page.ts';

/** A place in the window that may be addressed from outside. */
export interface DeepLink {
  readonly page: PageId;
  readonly params: Readonly<Record<string, string>>;
}

/** The scheme that the packaged app registers. */
export const deepLinkScheme = 'bulkhead';
const longest = 512;

/** The external name of a parameter. */
const aliases: Readonly<Record<string, string>> = { setting: 'pointer' };

/**
 * `activity?entry=4f2a-17`, `docker-socket?setting=/POINTER` or, shorter, `docker-socket/POINTER` → place;
 * null for any page, parameter or value that is not on the list, and for a setting that the page does not
 * edit.
 */
export function parseRoute(route: string): DeepLink | null {
  if (route.length > longest) return null;
  const [, ofPage = '', setting] = /^([a-z-]+)(\/[^?]*)$/.exec(route) ?? [];
  if (setting !== undefined) return checked(ofPage, [['pointer', setting]]);
  const [page = '', query, ...rest] = route.split('?');
  return rest.length > 0 ? null : checked(page, new URLSearchParams(query ?? ''));
}

function checked(page: string, given: Iterable<readonly [string, string]>): DeepLink | null {
  if (!isPage(page)) return null;
  const { linkParameters: allowed = {} }: PageDefinition = pages[page];
  const params: Record<string, string> = {};
  for (const [key, value] of given) {
    const name = (Object.hasOwn(aliases, key) ? aliases[key] : undefined) ?? key;
    const shape = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    if (shape === undefined || !shape.test(value) || Object.hasOwn(params, name)) return null;
    params[name] = value;
  }
  const { pointer } = params;
  return pointer !== undefined && pageOfSetting(pointer) !== page ? null : { page, params };
}

/** The place that edits a setting, as accepted by `--route`; null if no form does. */
export function routeOfSetting(pointer: string): string | null {
  const route = `${pageOfSetting(pointer)}${pointer}`;
  return settingPointer.test(pointer) && parseRoute(route) !== null ? route : null;
}

/**
 * `bulkhead://activity?entry=…` → place; null for anything else, including a place with credentials, port,
 * path or fragment.
 */
export function parseDeepLink(url: string): DeepLink | null {
  const match = /^bulkhead:\/\/([a-z-]+)\/?(\?[^#]*)?$/.exec(url);
  return match === null ? null : parseRoute(`${match[1] ?? ''}${match[2] ?? ''}`);
}

/**
 * The place in the arguments of a command line: `--route ROUTE`, `--route=ROUTE` or a bulkhead:// address.
 * Null if there is none, or if it is not allowed.
 */
export function deepLinkOf(argv: readonly string[]): DeepLink | null {
  const at = argv.findIndex((arg) => arg === '--route' || arg.startsWith('--route='));
  const named = argv[at];
  if (named !== undefined)
    return parseRoute(
      named.includes('=') && named !== '--route' ? named.slice('--route='.length) : (argv[at + 1] ?? ''),
    );
  const url = argv.find((arg) => arg.startsWith(`${deepLinkScheme}:`));
  return url === undefined ? null : parseDeepLink(url);
}

/** The page's address in the window. */
export function hashOf({ page, params }: DeepLink): string {
  const query = new URLSearchParams(params).toString();
  return `/${page}${query === '' ? '' : `?${query}`}`;
}
