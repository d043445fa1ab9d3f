import { message } from '../../messages/message.ts';
import { settingsFileVersion } from '../schema/index.ts';
import { replaceNode, type Report } from './report.ts';

/** The format version: missing, or unsupported. */
export function lintVersion(report: Report): void {
  const version = report.value(['configurationFileVersion']);
  if (version === undefined) {
    const first = report.parsed.tree.children?.[0];
    const lines =
      first === undefined ? null : report.parsed.text.slice(report.parsed.tree.offset + 1, first.offset);
    const edit =
      first === undefined || lines === null
        ? {
            offset: report.parsed.tree.offset + 1,
            length: 0,
            text: ` "configurationFileVersion": ${settingsFileVersion} `,
          }
        : {
            offset: first.offset,
            length: 0,
            text: `"configurationFileVersion": ${settingsFileVersion},${lines === '' ? ' ' : lines}`,
          };
    report.add(
      'missing-version',
      'warning',
      ['configurationFileVersion'],
      message('settings.format-version-missing', {
        settingsFileVersion,
      }),
      { fix: { title: message('settings.add-it'), edits: [edit] } },
    );
  } else if (typeof version === 'number' && version !== settingsFileVersion) {
    const node = report.node(['configurationFileVersion']);
    report.add(
      'version-unsupported',
      'error',
      ['configurationFileVersion'],
      message('settings.format-version-unknown', { version, settingsFileVersion }),
      {
        params: { version: String(version) },
        ...(node === undefined
          ? {}
          : {
              fix: {
                title: message('settings.change-it-to', { value: settingsFileVersion }),
                edits: [replaceNode(node, String(settingsFileVersion))],
              },
            }),
      },
    );
  }
}
