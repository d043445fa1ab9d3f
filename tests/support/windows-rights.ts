import path from 'node:path';

/**
 * icacls, and the program that reads access rights, of Windows: owners and rights of directories are in files
 * below the fake's own directory. A directory without a record is an administrator's with the rights
 * inherited from %ProgramData%: everybody may add to it.
 */
export function windowsRights(directory: string): [string, string][] {
  const records = path.join(directory, 'rights');
  // A directory is identified by its inode, if it exists.
  const record = (place: string) => `mkdir -p '${records}'; record='${records}'/$(stat -c %i "${place}")`;
  return [
    [
      'C:\\Windows\\System32\\icacls.exe',
      `place=$1; shift; ${record('$place')}
case "$*" in
"/setowner *S-1-5-32-544") ;;
"/inheritance:r /grant:r *S-1-5-32-544:(OI)(CI)F *S-1-5-18:(OI)(CI)F *S-1-5-32-545:(OI)(CI)RX")
  echo 'O:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)' > "$record";;
*) exit 87;;
esac`,
    ],
    [
      'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
      `form="GetSecurityDescriptorSddlForm('Owner, Access')"
inherited='O:BAD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)'
inherited="$inherited(A;OICIID;0x1200a9;;;BU)(A;CIID;DCLCRPCR;;;BU)"
place=$(printf '%s' "$4" | sed -n "s/^\\[IO.Directory\\]::GetAccessControl('\\(.*\\)').$form$/\\1/p")
[ -n "$place" ] || exit 1
${record('$place')}
if [ -e "$record" ]; then cat "$record"; else echo "$inherited"; fi`,
    ],
  ];
}
