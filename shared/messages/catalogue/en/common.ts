export const common = {
  'common.what-and-why': '{{what}}: {{why}}',
  'common.problem-and-excerpt': '{{problem}}\n{{excerpt}}',
  'common.sentences': '{{before}} {{after}}',
  'common.statements': '{{before}}; {{after}}',
  'common.outcomes': '{{before}}, {{after}}',
  'common.enumeration': '{{before}}, {{after}}',
} as const;
