#!/usr/bin/env bash
# The policy stage: format, strict check, tests with full coverage, a test that notices each rule and condition that is
# taken away, a fresh build of policy and isolated program that must equal the committed ones, decisions of the wasm that must be those of opa, and
# OPA's own conformance cases through our loader.
# Ends with one line that counts the Rego tests.
set -euo pipefail
cd "$(dirname "$0")/.."

opa="$(bash scripts/get_opa.sh)"
with=(--capabilities policies/capabilities.json)
tested=(policies/rego policies/data.json)

status=0
"$opa" fmt --fail --list policies/rego || status=1
"$opa" check --strict "${with[@]}" policies/rego || status=1

# Two runs, because opa counts the rows of test tables only when it does not measure coverage.
is_green=true
report="$("$opa" test "${with[@]}" --fail-on-empty "${tested[@]}")" || is_green=false
passed="$(sed -n 's/^PASS: \([0-9]*\)\/[0-9]*$/\1/p' <<<"$report")"
total="$(sed -n 's/^PASS: [0-9]*\/\([0-9]*\)$/\1/p' <<<"$report")"
if ! $is_green; then
  echo "$report"
  status=1
else
  coverage="$("$opa" test "${with[@]}" --coverage --threshold 100 --verbose "${tested[@]}" 2>&1 >/dev/null)" || {
    echo "$coverage"
    status=1
  }
fi

node --import tsx scripts/policy_mutants.ts || status=1
node --import tsx scripts/build_policy.ts --check || status=1
node --import tsx scripts/build_ai_worker.ts --check || status=1
node --import tsx scripts/policy_parity.ts || status=1
node --import tsx scripts/opa_conformance.ts || status=1

# No total: the tests did not even compile, which is one failure at least.
echo "policy: ${passed:-0} passed, $((${total:-1} - ${passed:-0})) failed"
exit "$status"
