# shellcheck shell=bash
# To be sourced: what the checks in fresh roots share, their command lines and how they say what holds.
# shellcheck disable=SC2034  # build, chosen and failed are read by those who source this

declare -A chosen=()  # of the flags, those that were given
failed=0

# read_options LAST_LINE "FLAG FLAG..." ARGUMENTS...: sets `build` and `chosen`. Anything else shows the head of the
# script, up to that line, and ends with 2.
read_options() {
  local last_line="$1" flags=" $2 "
  shift 2
  build=build/release
  while [[ $# -gt 0 ]]; do
    if [[ $1 == --build ]]; then
      build="${2:?--build needs a folder}"
      shift
    elif [[ $1 == --?* && $flags == *" ${1#--} "* ]]; then
      chosen[${1#--}]=yes
    else
      sed -n "2,${last_line}s/^# \\{0,1\\}//p" "$0" >&2
      exit 2
    fi
    shift
  done
}

say() {
  printf '\n== %s\n' "$*"
}

# expect SENTENCE COMMAND...: says whether it holds; `failed` is 1 once one did not. Needs the folder `work`.
expect() {
  local sentence="$1"
  shift
  if "$@" > "${work:?}/expected.log" 2>&1; then
    echo "  ok      $sentence"
  else
    echo "  FAILED  $sentence"
    head -n 12 "$work/expected.log"
    failed=1
  fi
}
