// The polkit policy: the prompts of pkexec, in English and Chinese, before it runs a command of ours as root.

/** Commands that the app runs elevated, and those that put the gateway in front of an engine. */
const commands = ['apply', 'containers', 'engine', 'support-bundle', 'verify', 'install', 'uninstall'];

/** Launchers by the prefix of their actions. pkexec compares the path without links. */
const launchers = {
  'io.bulkhead': '/usr/lib/bulkhead/bin/bulkhead',
  'io.bulkhead.desktop': '/usr/lib/bulkhead-desktop/resources/program/bin/bulkhead',
};

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** One element per language; the first is the one without. */
const localized = (element, texts) =>
  Object.entries(texts).map(
    ([language, text], index) =>
      `    <${element}${index === 0 ? '' : ` xml:lang="${language}"`}>${escaped(text)}</${element}>`,
  );

/**
 * The policy as XML. Each command asks for an administrator's password every time: what is kept for some
 * minutes would let any process of the user run it without a question.
 *
 * @param {Record<string, { tree: object, message: (command: string) => string }>} languages by their locale,
 *   English first: the command line (`commandTree`) and the question
 */
export function polkitPolicy(languages) {
  const textsOf = (command, render) =>
    Object.fromEntries(
      Object.entries(languages).map(([locale, { tree, message }]) => {
        const { description } = tree.commands.find(({ name }) => name === command);
        return [locale, render(message, description)];
      }),
    );
  const actions = Object.entries(launchers).flatMap(([prefix, launcher]) =>
    commands.flatMap((command) => [
      `  <action id="${prefix}.${command}">`,
      ...localized(
        'description',
        textsOf(command, (_, description) => description),
      ),
      ...localized(
        'message',
        textsOf(command, (message) => message(command)),
      ),
      '    <defaults>',
      '      <allow_any>auth_admin</allow_any>',
      '      <allow_inactive>auth_admin</allow_inactive>',
      '      <allow_active>auth_admin</allow_active>',
      '    </defaults>',
      `    <annotate key="org.freedesktop.policykit.exec.path">${launcher}</annotate>`,
      `    <annotate key="org.freedesktop.policykit.exec.argv1">${command}</annotate>`,
      '  </action>',
    ]),
  );
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE policyconfig PUBLIC "-//freedesktop//DTD PolicyKit Policy Configuration 1.0//EN"',
    '  "http://www.freedesktop.org/standards/PolicyKit/1/policyconfig.dtd">',
    '<policyconfig>',
    '  <vendor>Bulkhead</vendor>',
    '  <icon_name>bulkhead-desktop</icon_name>',
    ...actions,
    '</policyconfig>',
  ].join('\n')}\n`;
}
