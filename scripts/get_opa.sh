#!/usr/bin/env bash
# Prints the path of an `opa` of exactly the pinned version: the one on PATH, else the one in .tools/bin,
# else installs it there with Go's own client. Only building and testing policies needs it, running never does.
set -euo pipefail
cd "$(dirname "$0")/.."

version=1.22.0
tools="$PWD/.tools/bin"

is_pinned() {
  [ -x "$1" ] && [ "$("$1" version 2>/dev/null | sed -n 's/^Version: //p')" = "$version" ]
}

for candidate in "$(command -v opa || true)" "$tools/opa"; do
  if is_pinned "$candidate"; then
    echo "$candidate"
    exit 0
  fi
done

if command -v go >/dev/null; then
  echo "Installing opa $version into .tools/bin with go install (about two minutes the first time)" >&2
  mkdir -p "$tools"
  if GOBIN="$tools" GOFLAGS=-trimpath go install "github.com/open-policy-agent/opa@v$version" >&2 &&
    is_pinned "$tools/opa"; then
    echo "$tools/opa"
    exit 0
  fi
fi

cat >&2 <<TEXT
No opa $version found, and it could not be installed. One of these helps:
  - install Go (https://go.dev/dl/), then run this again
  - put the binary of https://github.com/open-policy-agent/opa/releases/tag/v$version on PATH, named opa
TEXT
exit 1
