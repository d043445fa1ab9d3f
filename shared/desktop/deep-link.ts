/** A place in the window that something outside of it may name. */
export interface DeepLink { readonly page: string; readonly params: Readonly<Record<string, string>> }

const id = /^[\w.:-]{1,128}$/;
/** The pages a link may open, and the parameters each may carry. Nothing here changes anything: a link shows a place, no more. */
const places: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  overview: {}, isolation: {}, 'docker-socket': {}, 'file-sharing': {}, json: {}, history: {}, preferences: {}, review: {}, welcome: {}, simulator: {},
  containers: { show: /^(all|protected|unprotected)$/ },
  activity: { entry: id, filter: /^(all|denied|changed|would-deny)$/, container: id },
};

/** The scheme that the packaged app registers. */
export const deepLinkScheme = 'bulkhead';
const longest = 512;

/** `activity?entry=4f2a-17` → place; null for any page, parameter or value that is not on the list. */
export function parseRoute(route: string): DeepLink | null {
  if (route.length > longest) return null;
  const [page = '', query, ...rest] = route.split('?');
  const allowed = Object.hasOwn(places, page) ? places[page] : undefined;
  if (allowed === undefined || rest.length > 0) return null;
  const params: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query ?? '')) {
    const shape = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    if (shape === undefined || !shape.test(value) || Object.hasOwn(params, name)) return null;
    params[name] = value;
  }
  return { page, params };
}

/** `bulkhead://activity?entry=…` → place; null for anything else, also for a place with credentials, port, path or fragment. */
export function parseDeepLink(url: string): DeepLink | null {
  const match = /^bulkhead:\/\/([a-z-]+)\/?(\?[^#]*)?$/.exec(url);
  return match === null ? null : parseRoute(`${match[1] ?? ''}${match[2] ?? ''}`);
}

/** The place among arguments of a command line: `--route ROUTE`, `--route=ROUTE` or a bulkhead:// address. Null for none, and for one that is not allowed. */
export function deepLinkOf(argv: readonly string[]): DeepLink | null {
  const at = argv.findIndex((arg) => arg === '--route' || arg.startsWith('--route='));
  const named = argv[at];
  if (named !== undefined) return parseRoute(named.includes('=') && named !== '--route' ? named.slice('--route='.length) : argv[at + 1] ?? '');
  const url = argv.find((arg) => arg.startsWith(`${deepLinkScheme}:`));
  return url === undefined ? null : parseDeepLink(url);
}

/** The page's address in the window. */
export function hashOf({ page, params }: DeepLink): string {
  const query = new URLSearchParams(params).toString();
  return `/${page}${query === '' ? '' : `?${query}`}`;
}
