#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The checks of ./dev lint, which sets up the build folders that they use. Names of checks may
# follow, to run only these. What a check printed is shown when it fails.
set -u

checks='format spdx layers headers shell clang tidy cppcheck'
jobs=$(getconf _NPROCESSORS_ONLN)

sources() {
	git ls-files 'src/*.[ch]' 'include/*.h' 'tests/*.[ch]' 'bench/*.[ch]' 'examples/*.[ch]'
}

check_format() {
	sources | xargs clang-format-19 --dry-run -Werror
}

# Every text of ours says its licence in its first five lines.
check_spdx() {
	bare=$(git ls-files '*.c' '*.h' '*.py' '*.sh' 'dev' '.ci/run' |
		xargs awk 'FNR <= 5 && /SPDX-License-Identifier: BSD-3-Clause/ { seen[FILENAME] }
			{ all[FILENAME] } END { for (f in all) if (!(f in seen)) print f }')
	[ -z "$bare" ] && return 0
	printf 'without an SPDX line: %s\n' "$bare"
	return 1
}

check_layers() {
	python3 scripts/check_layers.py .
}

# Each header compiles alone, the public ones without src/ on the path; those of the vector
# kernels as one of their variants.
check_headers() {
	result=0
	for header in $(git ls-files 'include/*.h' 'src/*.h'); do
		case $header in
		include/*) where='-Iinclude -Wpedantic' ;;
		*) where='-Iinclude -Isrc -DPLICA_KERNELS_VARIANT=sse2 -DPLICA_KERNELS_LANES=4' ;;
		esac
		# shellcheck disable=SC2086 # a list of options
		printf '#include "%s"\n' "${header#*/}" |
			gcc -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only $where -x c - ||
			{
				result=1
				echo "$header does not compile alone"
			}
	done
	return $result
}

check_shell() {
	shellcheck dev scripts/*.sh .ci/run && dash -n dev && dash -n scripts/lint.sh &&
		dash -n scripts/fuzz.sh
}

# The whole tree through clang's warnings, with the fuzz targets; tidy uses its commands.
check_clang() {
	ninja -C build-fuzz
}

check_tidy() {
	sources | grep '\.c$' | xargs -n 4 -P "$jobs" clang-tidy-19 -p build-fuzz --quiet \
		--warnings-as-errors='*'
}

check_cppcheck() {
	cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr -j "$jobs" \
		--enable=warning,performance,portability --suppress=missingInclude \
		--suppress=missingIncludeSystem -D_GNU_SOURCE -D__linux__ \
		-DPLICA_VERSION='"0"' --include=scripts/cppcheck.h -Iinclude -Isrc src
}

passed=0
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # a list of names
[ $# -gt 0 ] || set -- $checks
for check; do
	case " $checks " in
	*" $check "*) ;;
	*)
		echo "lint knows $checks, not '$check'" >&2
		exit 2
		;;
	esac
	if "check_$check" >"$log" 2>&1; then
		printf 'ok    %s\n' "$check"
		passed=$((passed + 1))
	else
		cat "$log"
		printf 'FAIL  %s\n' "$check"
		failed=$((failed + 1))
	fi
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
