#!/bin/sh
# Process 1 of the container. The kernel lets nobody inside kill process 1, and keeps from it each signal that it does
# not listen to: a night that is process 1 itself could not be ended by the watch over its event loop, nor be told to
# stop before it listens. Hands on SIGTERM and SIGINT, and ends as the program does.
node --import tsx src/main.ts "$@" &
program=$!
trap 'kill -TERM "$program"' TERM INT
# A signal ends the waiting, too: then the program is still there.
while kill -0 "$program" 2>/dev/null; do
  wait "$program"
  code=$?
done
exit "$code"
