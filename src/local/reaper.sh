#!/bin/sh
# Ends what the launcher started when the launcher was killed and could not do it itself.
# Reads process group ids, service first, each line replacing the one before; `bye` means all is well.
# At end of input without it: lets the service end, then the rest, then kills what is left, and removes "$@".
groups=
while read -r line; do
  [ "$line" = bye ] && exit 0
  groups=$line
done
for group in $groups; do
  kill -TERM "-$group" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    kill -0 "-$group" 2>/dev/null || break
    sleep 0.25
  done
  kill -KILL "-$group" 2>/dev/null
done
rm -f -- "$@"
