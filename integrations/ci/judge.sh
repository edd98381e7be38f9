#!/usr/bin/env bash
# Judges the LoRAs that changed since BASE_SHA, one after the other, and ends with the worst exit code. GitHub's Action and GitLab's job call it in
# the root of the repository that holds the LoRAs. What it is asked comes as INPUT_...; those are no settings of Assay.
set -euo pipefail
: "${INPUT_BASE:?which base? (base)}" "${BASE_SHA:?which commit is compared with?}"
assay=assay
if [ -n "${INPUT_ASSAY:-}" ]; then assay=$INPUT_ASSAY/bin/assay; fi
folder=${VERDICTS:-${RUNNER_TEMP:-${TMPDIR:-/tmp}}/assay-verdicts}
rm -rf -- "$folder"
mkdir -p -- "$folder"

say() { # NAME VALUE: an output of the step
  if [ -n "${GITHUB_OUTPUT:-}" ]; then printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; fi
}
say folder "$folder"

if ! git cat-file -e "$BASE_SHA^{commit}" 2>/dev/null; then
  say outcome BROKEN
  echo "assay: the commit $BASE_SHA is not here: check out with fetch-depth: 0" >&2
  exit 3
fi
files=()
while IFS= read -r -d '' file; do files+=("$file"); done \
  < <(git diff -z --name-only --diff-filter=AMR "$BASE_SHA"...HEAD -- "${INPUT_LORAS:-*.safetensors}")
if [ ${#files[@]} -eq 0 ]; then
  say outcome NOTHING
  echo "assay: no LoRA changed"
  exit 0
fi

# Who asks for a file to be added has no say in how mildly it is judged: not by a NAME.assay.yaml beside it either.
options=(--base "$INPUT_BASE" --purpose "${INPUT_PURPOSE:-unknown}")
if [ -n "${INPUT_COMFYUI_URL:-}" ]; then options+=(--comfyui "$INPUT_COMFYUI_URL"); fi
if [ -n "${INPUT_SUITE:-}" ]; then options+=(--suite "$INPUT_SUITE"); fi
while IFS= read -r line; do
  if [ -n "$line" ]; then options+=("$line"); fi
done <<<"${INPUT_OPTIONS:-}"

worst=0
number=0
for file in "${files[@]}"; do
  number=$((number + 1))
  place=$folder/$(printf '%03d' "$number")
  mkdir -p -- "$place"
  printf '%s\n' "$file" >"$place/file.txt"
  if [ "$(head -c 8 -- "$file")" = "version " ]; then # the text that Git LFS leaves in place of a file
    echo "assay: $file is a pointer of Git LFS: check out with lfs: true" >&2
    code=3
  else
    rm -rf -- .assay/card
    code=0
    "$assay" judge "${options[@]}" "./$file" || code=$?
    if [ -d .assay/card ]; then cp -R -- .assay/card/. "$place"; fi
    # The page of this run, and its first picture: what got worse is shown first.
    page=$(find .assay/report -name '*.html' -newer "$place/file.txt" 2>/dev/null | sort | tail -n 1)
    if [ -n "$page" ]; then
      cp -- "$page" "$place/page.html"
      first=$(grep -o 'data:image/[a-z]*;base64,[A-Za-z0-9+/=]*' "$place/page.html" | head -n 1 || true)
      kind=${first#data:image/}
      kind=${kind%%;*}
      if [ -n "$first" ]; then printf '%s' "${first#*,}" | base64 -d >"$place/picture.$kind"; fi
    fi
  fi
  printf '%s\n' "$code" >"$place/code.txt"
  # Broken is worse than regressed, and that than inconclusive.
  if [ "$code" -gt 3 ]; then code=3; fi
  case "$code$worst" in ?0 | 12 | 3?) worst=$code ;; esac
done
case $worst in
  0) say outcome PASSED ;;
  1) say outcome REGRESSED ;;
  2) say outcome INCONCLUSIVE ;;
  *) say outcome BROKEN ;;
esac
exit "$worst"
