# A command three deep: sh, a child sh, its sleep; and a server that left them all (setsid, then a second fork).
#
#     sh tree.sh [--daemon] SERVER…
#
# With --daemon it first starts one on purpose: a sleep that left in the same way and has no socket.
leave='setsid sh -c "\"\$@\" &" sh "$@"'
if [ "$1" = --daemon ]; then
  shift
  sh -c "$leave" sh sleep 601 3>&- > /dev/null 2>&1
fi
sh -c "$leave; sleep 600 & wait" sh "$@" &
wait
