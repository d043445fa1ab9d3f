/** Findings of the linter by code: a title (`code` between backticks) and what it means. */
export const findings = {
  title: {
    syntax: 'Not valid JSON', bom: 'Byte order mark', 'too-large': 'Too large to be a settings file', 'wrong-type': 'Wrong type', 'unknown-key': 'Unknown key `{{key}}`', 'duplicate-key': '`{{key}}` stands here twice',
    'version-unsupported': 'Format version {{version}} is not known', 'missing-version': 'The format version is missing',
    'socket-command-unsupported': '`{{command}}` can\u2019t be listed', 'socket-command-unknown': '`{{command}}` is no Docker command',
    'socket-image-any': 'Any image is trusted with the socket', 'socket-image-wildcard-tag': 'Any tag of `{{image}}` is trusted', 'socket-image-mutable-tag': 'The tag of `{{image}}` can move',
    'socket-image-invalid': '`{{image}}` is not an image reference', 'socket-image-no-digest': 'No digest is known for `{{image}}`', 'socket-list-unused': 'The list for `{{image}}` has no effect',
    'share-dangerous': 'Sharing `{{path}}` is dangerous', 'share-invalid': '`{{path}}` can\u2019t be shared', 'share-empty-list': 'The list of directories is empty',
    'eci-unlocked': 'ECI is on, but not locked', 'eci-off-with-allowlist': 'The list has no effect while ECI is off', 'file-sharing-drivers-off': 'Both file-sharing drivers are off',
    'key-not-used-here': '`{{key}}` is Docker Desktop\u2019s; kept, not used here', 'bulkhead-on-desktop': 'Docker Desktop does not know `{{key}}`', 'kubernetes-images-not-allowed': 'Kubernetes needs images that are not allowed', 'embedded-json-invalid': 'The JSON inside this string is not valid', 'audit-mode': 'Audit mode: nothing is refused', 'desktop-version-too-old': 'Needs Docker Desktop {{since}} or newer',
  },
  line: 'Line {{line}}',
};
