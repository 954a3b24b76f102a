#!/usr/bin/env bash
# All that CI checks: format, lint, types on both compilers, no secret in the tree, tests on both runtimes, the policy
# stage, the boundary of the AI on each runtime, recordings over a real socket on both runtimes, every stop provoked, the
# short form of the proof, the gates, nights in the container.
# Every stage runs, whatever became of those before; prints each one's time and a last line that counts all tests.
set -uo pipefail
cd "$(dirname "$0")/.."

logs="$(mktemp -d)"
trap 'rm -rf "$logs"' EXIT
passed=0
failed=0
summary=""

# A stage that prints "N passed, N failed" at its end counts its tests; any other counts as one.
stage() {
  local name="$1" started=$SECONDS status=0 counts line
  shift
  printf '\n== %s: %s\n' "$name" "$*"
  "$@" >"$logs/$name" 2>&1 || status=$?
  counts="$(grep -oE '[0-9]+ passed, [0-9]+ failed' "$logs/$name" | tail -n 1)"
  if [ -n "$counts" ]; then
    passed=$((passed + ${counts%% *}))
    local failures="${counts##*, }"
    failures="${failures%% *}"
    if [ "$status" -ne 0 ] && [ "$failures" -eq 0 ]; then failures=1; fi
    failed=$((failed + failures))
    if [ "$failures" -gt 0 ]; then status=1; fi
  elif [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
  if [ "$status" -ne 0 ]; then cat "$logs/$name"; else tail -n 8 "$logs/$name"; fi
  line="$(printf '%-16s %-4s %4d s  %s' "$name" "$([ "$status" -eq 0 ] && echo ok || echo FAIL)" $((SECONDS - started)) "$counts")"
  summary+="$line"$'\n'
}

stage fmt npm run --silent fmt:check
stage lint npm run --silent lint
stage tsc npm run --silent check
stage deno-check npm run --silent check:deno
stage secrets npm run --silent secrets
# Each kind of tests takes one core, so both run at the same time.
npm run --silent test:deno >"$logs/beside" 2>&1 &
beside=$!
finish_beside() {
  local status=0
  wait "$beside" || status=$?
  cat "$logs/beside"
  return "$status"
}
stage test npm test --silent
stage badge npm run --silent coverage:badge -- --check
stage test-deno finish_beside
stage policy npm run --silent policy
stage runtimes npm run --silent probe:runtimes
stage recordings npm run --silent recordings
stage recordings-deno npm run --silent recordings:deno
stage stops npm run --silent stops
stage proof npm run --silent proof -- --short
stage gates npx tsx src/main.ts gates --quick
stage container npm run --silent container

printf '\n%s' "$summary"
[ -d ../shared/realdata ] || echo "skipped: tests on recorded data, ../shared/realdata is not there"
echo "skipped: regal lint runs in the GitHub workflow only, its module is not served everywhere"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
