/**
 * alice runs a command by pkexec, with an agent on her terminal (`seen`) that is given a password. The agent
 * discards what is typed before its prompt is complete.
 */
export const askByPolkit = (language: string, password: string): string => `export LANG=${language}
rm -f seen ready
mkfifo ready
cat > ask.sh <<'END'
pkttyagent --process $$ --notify-fd 3 3> ready &
read -r _ < ready
pkexec /usr/lib/bulkhead/bin/bulkhead verify
echo exit code $?
END
script -qefc 'bash ask.sh' seen < <(
  until grep -q 'Password' seen; do sleep 0.5; done 2>/dev/null
  sleep 2
  echo '${password}'
  until grep -q 'exit code' seen; do sleep 1; done
)`;
