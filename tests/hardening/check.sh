#!/usr/bin/env bash
# Looks at programs for what guards them: position-independent, nothing writable after relocation,
# no executable stack, stack protector, checked library calls.   check.sh PROGRAM...
set -eu
status=0
complain() {
  echo "$1: $2" >&2
  status=1
}
for program; do
  readelf -h "$program" | grep 'Type: *DYN' >/dev/null || complain "$program" 'not position-independent'
  readelf -lW "$program" | grep GNU_RELRO >/dev/null || complain "$program" 'no RELRO'
  readelf -dW "$program" | grep -Eq 'BIND_NOW|FLAGS.*NOW' || complain "$program" 'bound lazily'
  readelf -lW "$program" | grep GNU_STACK | grep 'RWE' >/dev/null && complain "$program" 'executable stack'
  symbols=$(readelf -sW --dyn-syms "$program")
  grep -q __stack_chk_fail <<<"$symbols" || complain "$program" 'no stack protector'
  grep -q '_chk@' <<<"$symbols" || complain "$program" 'no checked library calls'
done
exit $status
