export const common = {
  'common.what-and-why': '{{what}}: {{why}}',
  'common.problem-and-excerpt': '{{problem}}\n{{excerpt}}',
  'common.reason-and-hint': '{{reason}} {{hint}}',
  'common.first-and-second': '{{first}}; {{second}}',
  'common.two-sentences': '{{first}} {{second}}',
} as const;
