/**
 * Requirements that denials name, a refusal in parentheses: docs/design/requirements.md. The window has a
 * text of each.
 */
const deniedRequirements = [
  'A3',
  'A4',
  'A5',
  'A6',
  'A7',
  'A8',
  'A9',
  'B1',
  'B2',
  'B3',
  'B5',
  'B7',
  'C',
  'D',
] as const;
export type DeniedRequirement = (typeof deniedRequirements)[number];

export const isDeniedRequirement = (id: string): id is DeniedRequirement =>
  deniedRequirements.some((one) => one === id);
