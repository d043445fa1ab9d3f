import { record } from './json-values.ts';

/** The values of one filter: `filters` is {"label":["a=b"]} or {"label":{"a=b":true}}. */
function filtersOf(url: URL, key: string): readonly string[] {
  try {
    const filters: unknown = record(JSON.parse(url.searchParams.get('filters') ?? '{}'))[key];
    return Array.isArray(filters) ? filters.map(String) : Object.keys(record(filters));
  } catch {
    return [];
  }
}
/** Whether labels match the `label` filter of a request. */
export const hasLabels = (labels: Readonly<Record<string, string>>, url: URL): boolean =>
  filtersOf(url, 'label').every((filter) => {
    const [key = '', ...value] = filter.split('=');
    return Object.hasOwn(labels, key) && (value.length === 0 || labels[key] === value.join('='));
  });
/** Whether a name matches the `name` filter of a request. */
export const isNamed = (name: string, url: URL): boolean => {
  const names = filtersOf(url, 'name');
  return names.length === 0 || names.some((one) => name.includes(one.replace(/^\^|\$$/g, '')));
};
