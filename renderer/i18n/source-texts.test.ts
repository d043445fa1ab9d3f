import path from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { en } from '../../shared/messages/window/en/index.ts';
import { flattenTexts } from '../../shared/messages/window/flatten-texts.ts';

const renderer = path.join(import.meta.dirname, '..');
const english = new Map(flattenTexts(en));

// What takes types, or all files at once: literal texts and joins are ESLint's (`windowTexts`).
describe('the sources of the window', () => {
  const used = new Set<string>();
  const untranslated: string[] = [],
    rawNumbers: string[] = [];
  beforeAll(() => {
    const config = path.join(renderer, '..', 'tsconfig.json');
    const { config: read } = ts.readConfigFile(config, (file) => ts.sys.readFile(file)) as {
      config: unknown;
    }; // the API says any
    const parsed = ts.parseJsonConfigFileContent(read, ts.sys, path.dirname(config));
    const files = parsed.fileNames.filter(
      (file) => file.startsWith(renderer) && !/\.test\.tsx?$|\/dev\//.test(file),
    );
    const program = ts.createProgram(files, { ...parsed.options, noEmit: true, incremental: false });
    const checker = program.getTypeChecker();
    for (const file of files) {
      const source = program.getSourceFile(file);
      if (source === undefined) continue;
      const visit = (node: ts.Node): void => {
        if (
          ts.isCallExpression(node) &&
          node.arguments[0] !== undefined &&
          /(?:^|\.)t$/.test(node.expression.getText())
        ) {
          const type = checker.getTypeAtLocation(node.arguments[0]);
          for (const one of type.isUnion() ? type.types : [type])
            if (one.isStringLiteral()) used.add(one.value);
        }
        if (isRawNumber(node, checker)) rawNumbers.push(`${placeOf(node)} ${node.getText()}`);
        if (shownUntranslated(node, checker)) untranslated.push(`${placeOf(node)} ${node.getText()}`);
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
  }, 120_000);

  test('use every text there is', () => {
    expect(
      [...english.keys()].filter((key) => !used.has(key) && !used.has(key.replace(/_(?:one|other)$/, ''))),
    ).toEqual([]);
  });

  test('write numbers as the language does', () => {
    expect(rawNumbers).toEqual([]);
  });

  test('translate sentences of other processes', () => {
    expect(untranslated).toEqual([]);
  });
});

/** File and line of a node, for the output of a failed test. */
function placeOf(node: ts.Node): string {
  const source = node.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return `${path.relative(renderer, source.fileName)}:${line + 1}`;
}

/** A number between tags. */
function isRawNumber(node: ts.Node, checker: ts.TypeChecker): boolean {
  if (!ts.isJsxExpression(node) || node.expression === undefined || ts.isJsxAttribute(node.parent))
    return false;
  const type = checker.getTypeAtLocation(node.expression);
  const types = type.isUnion() ? type.types : [type];
  // What may be a tag is any node of React's, whose type has numbers in it.
  return (
    types.some((one) => (one.flags & ts.TypeFlags.NumberLike) !== 0) &&
    types.every((one) => (one.flags & ts.TypeFlags.Object) === 0)
  );
}

const sentenceNames = new Set(['message', 'why', 'reason', 'hint', 'problem', 'lastKnown', 'detail']);

/**
 * A sentence that another process made (a text so named of a type in shared/), rendered or put into a text as
 * it is, in English.
 */
function shownUntranslated(node: ts.Node, checker: ts.TypeChecker): boolean {
  if (!ts.isPropertyAccessExpression(node) || !sentenceNames.has(node.name.text)) return false;
  const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
  const declared = checker.getSymbolAtLocation(node.name)?.declarations?.[0]?.getSourceFile().fileName ?? '';
  // What `translateError` returns is translated.
  if (declared.endsWith('/shared/messages/error-message.ts')) return false;
  if ((type.flags & ts.TypeFlags.String) === 0 || !/\/shared\/|\/typescript\/lib\/|\/yaml\//.test(declared))
    return false;
  return (
    flowsIntoText(node) &&
    !wordForWord.has(`${path.basename(node.getSourceFile().fileName)} ${node.getText()}`) &&
    !declaresLanguage(node)
  );
}

/** Shown as they are: what a client got, to be searched for, and texts of the engine and the system. */
const wordForWord = new Set([
  'entry-panel.tsx entry.message',
  'activity-notices.tsx state.message',
  'labels.ts finding.message',
]);

/** Is it below a tag with a language of its own? */
function declaresLanguage(node: ts.Node): boolean {
  const { parent } = node;
  if (
    ts.isJsxElement(parent) &&
    parent.openingElement.attributes.properties.some((one) => one.name?.getText() === 'lang')
  )
    return true;
  return !ts.isSourceFile(parent) && declaresLanguage(parent);
}

/** Whether the value reaches a tag, a rendered property or a text's values without a call in between. */
function flowsIntoText(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isConditionalExpression(parent)) return parent.condition !== node && flowsIntoText(parent);
  if (ts.isBinaryExpression(parent))
    return (
      [
        ts.SyntaxKind.QuestionQuestionToken,
        ts.SyntaxKind.BarBarToken,
        ts.SyntaxKind.AmpersandAmpersandToken,
        ts.SyntaxKind.PlusToken,
      ].includes(parent.operatorToken.kind) && flowsIntoText(parent)
    );
  if (
    ts.isParenthesizedExpression(parent) ||
    ts.isTemplateSpan(parent) ||
    ts.isTemplateExpression(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isObjectLiteralExpression(parent)
  )
    return flowsIntoText(parent);
  if (ts.isJsxExpression(parent))
    return !ts.isJsxAttribute(parent.parent) || parent.parent.name.getText() !== 'key';
  if (ts.isReturnStatement(parent) || ts.isArrowFunction(parent)) return true;
  return (
    ts.isCallExpression(parent) &&
    parent.expression !== node &&
    /^(?:t|sentences?|closed|labelled|clauses|names|withCode)$/.test(parent.expression.getText())
  );
}
