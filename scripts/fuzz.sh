#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Fuzzes each target of build-fuzz for some seconds: ./dev fuzz [SECONDS] [TARGET...]
# New inputs are kept in build-fuzz/found/TARGET; the corpus of the tests is only read.
set -eu

seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- build-fuzz/tests/fuzz/fuzz-*
passed=0
failed=0

fuzz_one() {
	name=$(basename "$1")
	short=${name#fuzz-}
	found=build-fuzz/found/$short
	log=build-fuzz/$name.log
	mkdir -p "$found"
	"$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="build-fuzz/crash-$short-" "$found" "tests/fuzz/corpus/$short" \
		>"$log" 2>&1
}

for target; do
	[ -f "$target" ] || continue # a folder of objects lies beside each program
	if fuzz_one "$target"; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
		printf 'ok    %s: %s inputs in %s s\n' "$name" "$runs" "$seconds"
		passed=$((passed + 1))
	else
		tail -n 30 "$log"
		printf 'FAIL  %s: %s\n' "$name" "$log"
		failed=$((failed + 1))
	fi
done
[ $((passed + failed)) -gt 0 ] || failed=1
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
