import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** A sentence as the program text has it: `{0}`, `{1}` … stand where values go in. */
export interface SourceText {
  readonly text: string;
  readonly file: string;
  readonly line: number;
}

/**
 * Calls whose arguments reach a person: which arguments are texts, and which members of an object argument.
 */
const callsWithText: Readonly<
  Record<string, { readonly texts: readonly number[]; readonly members?: readonly string[] }>
> = {
  fail: { texts: [1], members: ['reason', 'hint'] },
  // What could not be done, before why; and why a request is refused.
  requestFailure: { texts: [0] },
  refused: { texts: [0] },
  add: { texts: [3], members: ['title'] },
  addAt: { texts: [4], members: ['title'] },
};

const sourceFiles = (directory: string): readonly string[] =>
  readdirSync(directory).flatMap((name) => {
    const file = path.join(directory, name);
    if (statSync(file).isDirectory())
      return ['node_modules', 'adversary', 'clients'].includes(name) ? [] : sourceFiles(file);
    return /\.tsx?$/.test(name) && !/\.test\.tsx?$|fixture/.test(name) ? [file] : [];
  });

/**
 * The English sentences in the sources below `directories`: texts of errors and findings. Both
 * branches of a condition count; a text that is worked out elsewhere does not.
 */
export function sourceTexts(root: string, directories: readonly string[]): readonly SourceText[] {
  const found: SourceText[] = [];
  for (const file of directories.flatMap((directory) => sourceFiles(path.join(root, directory)))) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const note = (text: string, node: ts.Node) => {
      if (/[A-Za-z]{2}.* |[A-Za-z]{3}.*\{0\}/.test(text))
        found.push({
          text,
          file: path.relative(root, file),
          line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
        });
    };
    const collect = (node: ts.Expression | undefined): void => {
      if (node === undefined) return;
      if (ts.isStringLiteralLike(node)) note(node.text, node);
      else if (ts.isTemplateExpression(node)) {
        note(templateText(node), node);
        for (const span of node.templateSpans) collect(span.expression);
      } else if (ts.isParenthesizedExpression(node)) collect(node.expression);
      else if (ts.isConditionalExpression(node)) {
        collect(node.whenTrue);
        collect(node.whenFalse);
      } else if (
        ts.isBinaryExpression(node) &&
        [ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.BarBarToken].includes(node.operatorToken.kind)
      ) {
        collect(node.left);
        collect(node.right);
      }
    };
    const members = (node: ts.Node, names: readonly string[]): void => {
      if (ts.isPropertyAssignment(node) && names.includes(node.name.getText())) collect(node.initializer);
      ts.forEachChild(node, (child) => {
        members(child, names);
      });
    };
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const name = ts.isIdentifier(node.expression)
          ? node.expression.text
          : ts.isPropertyAccessExpression(node.expression)
            ? node.expression.name.text
            : '';
        const spec = Object.hasOwn(callsWithText, name) ? callsWithText[name] : undefined;
        if (spec !== undefined && node.arguments.length > Math.min(1, ...spec.texts)) {
          for (const index of spec.texts) collect(node.arguments[index]);
          for (const argument of node.arguments)
            if (ts.isObjectLiteralExpression(argument)) members(argument, spec.members ?? []);
        }
      }
      // Outcomes tell why as well: `{ removed: false, error: '…' }`.
      if (
        ts.isObjectLiteralExpression(node) &&
        node.properties.some((one) => one.name?.getText() === 'removed')
      )
        members(node, ['error']);
      // So does what users may write, where it counts as nothing.
      if (
        ts.isObjectLiteralExpression(node) &&
        node.properties.some((one) => one.name?.getText() === 'preferences')
      )
        members(node, ['problem']);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

/**
 * Every literal of two words or more in the sources below `directories`, but module names, thrown defects and
 * regular expressions.
 */
export function printedTexts(root: string, directories: readonly string[]): readonly SourceText[] {
  const found: SourceText[] = [];
  for (const file of directories.flatMap((directory) => sourceFiles(path.join(root, directory)))) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node) || ts.isThrowStatement(node) || ts.isTypeNode(node)) return;
      const text = ts.isStringLiteralLike(node)
        ? node.text
        : ts.isTemplateExpression(node)
          ? templateText(node)
          : '';
      for (const part of text.split('\n'))
        if (/[a-zA-Z]{2,}[,:;.]? [a-zA-Z]{2,}/.test(part))
          found.push({
            text: part,
            file: path.relative(root, file),
            line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
          });
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

const templateText = (node: ts.TemplateExpression): string =>
  node.templateSpans.reduce((text, span, index) => `${text}{${index}}${span.literal.text}`, node.head.text);
